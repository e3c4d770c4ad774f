"""supabase-py against the embedded stack, unchanged."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from postgrest import APIError
from postgrest.types import CountMethod
from realtime import RealtimeSubscribeStates
from supabase import AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError

from tests.stack import PASSWORD, Organisation, Stack

PATIENCE = 15
"""Seconds for what takes milliseconds: others may keep the machine busy."""

Client = Any
"""Not `AsyncClient`: the library's own types are narrower than what servers answer."""


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[Client]:
    async with httpx.AsyncClient() as http:
        options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False)
        made = await acreate_client(stack.url, stack.anon_key, options)
        yield made
        await made.remove_all_channels()
        await made.realtime.close()


@pytest.fixture
async def signed_in(client: Client, acme: Organisation) -> Client:
    answer = await client.auth.sign_in_with_password({"email": acme.agents[0].email or "", "password": PASSWORD})
    assert answer.user
    assert answer.user.id == str(acme.agents[0].id)
    return client


async def test_password(signed_in: Client, acme: Organisation) -> None:
    answer = await signed_in.auth.get_user()
    assert answer
    assert answer.user.email == acme.agents[0].email
    with pytest.raises(AuthApiError) as refused:
        await signed_in.auth.sign_in_with_password({"email": acme.agents[0].email or "", "password": "wrong"})
    assert (refused.value.code, refused.value.status) == ("invalid_credentials", 400)


async def test_refresh_rotates(signed_in: Client) -> None:
    first = await signed_in.auth.get_session()
    assert first
    second = (await signed_in.auth.refresh_session()).session
    again = (await signed_in.auth.refresh_session(first.refresh_token)).session
    assert second
    assert again
    assert second.refresh_token != first.refresh_token
    assert again.refresh_token == second.refresh_token
    await signed_in.auth.refresh_session(second.refresh_token)
    with pytest.raises(AuthApiError) as refused:
        await signed_in.auth.refresh_session(first.refresh_token)
    assert str(refused.value.code) == "refresh_token_already_used"


async def test_sign_out(signed_in: Client) -> None:
    session = await signed_in.auth.get_session()
    assert session
    await signed_in.auth.sign_out({"scope": "local"})
    with pytest.raises(AuthApiError) as refused:
        await signed_in.auth.get_user(session.access_token)
    assert (refused.value.code, refused.value.status) == ("session_not_found", 403)
    with pytest.raises(AuthApiError) as unknown:
        await signed_in.auth.refresh_session(session.refresh_token)
    assert str(unknown.value.code) == "refresh_token_not_found"


async def test_code_by_mail(client: Client, acme: Organisation, stack_directory: Path) -> None:
    email = acme.agents[0].email or ""
    await client.auth.sign_in_with_otp({"email": email, "options": {"should_create_user": False}})
    said = re.findall(rf"code of {email} is (\d+)", (stack_directory / "server.log").read_text())
    answer = await client.auth.verify_otp({"email": email, "token": said[-1], "type": "email"})
    assert answer.user
    assert answer.user.id == str(acme.agents[0].id)
    with pytest.raises(AuthApiError) as used:
        await client.auth.verify_otp({"email": email, "token": said[-1], "type": "email"})
    assert used.value.code == "otp_expired"


async def test_anonymous(client: Client) -> None:
    answer = await client.auth.sign_in_anonymously({"options": {"data": {"name": "Rosa"}}})
    assert answer.user
    assert answer.user.is_anonymous
    assert answer.user.user_metadata == {"name": "Rosa"}
    assert (await client.rpc("my_conversation").execute()).data is None


@pytest.fixture
async def rows(signed_in: Client, scratch: None) -> Client:  # noqa: ARG001 - needed before it
    await (
        signed_in.table("scratch")
        .insert(
            [
                {"id": number, "label": f"row {number}", "tags": ["a", "b"], "parent": 1 if number > 1 else None}
                for number in range(1, 8)
            ]
        )
        .execute()
    )
    return signed_in


def _ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer.data]


async def test_conditions(rows: Client) -> None:
    async def ids(**wanted: Any) -> list[int]:
        query = rows.table("scratch").select("id").order("id")
        for operator, (column, value) in wanted.items():
            query = getattr(query, operator)(column, value)
        return _ids(await query.execute())

    assert await ids(eq=("id", 3)) == [3]
    assert await ids(neq=("id", 3)) == [1, 2, 4, 5, 6, 7]
    assert await ids(gt=("id", 5)) == [6, 7]
    assert await ids(gte=("id", 5), lt=("id", 7)) == [5, 6]
    assert await ids(lte=("id", 2)) == [1, 2]
    assert await ids(in_=("label", ["row 1", 'a,"b', "row 7"])) == [1, 7]
    assert await ids(is_=("parent", None)) == [1]
    everything = rows.table("scratch").select("id").order("id")
    assert _ids(await everything.not_.is_("parent", None).limit(2).execute()) == [2, 3]
    either = rows.table("scratch").select("id").or_('id.eq.2,and(id.gt.5,label.neq."row 7"),label.in.("row 4")')
    assert sorted(_ids(await either.execute())) == [2, 4, 6]


async def test_order_range_and_count(rows: Client) -> None:
    page = (
        await rows.table("scratch").select("id", count=CountMethod.exact).order("id", desc=True).range(2, 4).execute()
    )
    assert (_ids(page), page.count) == ([5, 4, 3], 7)
    head = await rows.table("scratch").select("*", count=CountMethod.exact, head=True).gt("id", 5).execute()
    assert head.count == 2
    with pytest.raises(APIError) as beyond:
        await rows.table("scratch").select("id", count=CountMethod.exact).range(50, 60).execute()
    assert beyond.value.code == "PGRST103"


async def test_embedding(signed_in: Client, acme: Organisation, stack: Stack) -> None:
    rosa = acme.customer("Rosa")
    conversation = str(uuid4())
    with psycopg.connect(stack.db_url) as database:
        database.execute(
            "insert into conversations (id, org_id, contact_id) values (%s, %s, %s)",
            (conversation, acme.id, rosa.contact_id),
        )
    query = signed_in.table("conversations").select("id, who:contacts(name), messages(body), assigned_to(display_name)")
    answer = await query.eq("id", conversation).single().execute()
    assert answer.data == {"id": conversation, "who": {"name": "Rosa"}, "messages": [], "assigned_to": None}
    back = await signed_in.table("contacts").select("name, conversations(id)").eq("id", str(rosa.contact_id)).execute()
    assert back.data == [{"name": "Rosa", "conversations": [{"id": conversation}]}]
    with pytest.raises(APIError) as ambiguous:
        await signed_in.table("conversations").select("id, profiles(display_name)").execute()
    assert ambiguous.value.code == "PGRST201"


async def test_writing(rows: Client) -> None:
    table = rows.table
    made = await table("scratch").insert({"id": 10, "label": "ten", "extra": {"a": [1, None]}}).execute()
    assert made.data[0]["extra"] == {"a": [1, None]}
    kept = await table("scratch").upsert({"id": 10, "label": "other"}, ignore_duplicates=True).execute()
    assert kept.data == []
    merged = await table("scratch").upsert({"id": 10, "label": "eleven"}, on_conflict="id").execute()
    assert (merged.data[0]["label"], merged.data[0]["extra"]) == ("eleven", {"a": [1, None]})
    changed = await table("scratch").update({"label": None}).in_("id", [6, 7]).execute()
    assert [row["label"] for row in changed.data] == [None, None]
    gone = await table("scratch").delete().gt("id", 5).execute()
    assert sorted(_ids(gone)) == [6, 7, 10]
    with pytest.raises(APIError) as twice:
        await table("scratch").insert({"id": 1}).execute()
    assert twice.value.code == "23505"
    with pytest.raises(APIError) as foreign:
        await table("scratch").insert({"id": 99, "owner": str(uuid4())}).execute()
    assert foreign.value.code == "42501"


async def test_functions(rows: Client) -> None:
    assert (await rows.rpc("add_up", {"a": 1, "b": 2}).execute()).data == 3
    assert (await rows.rpc("add_up", {"a": 1}, get=True).execute()).data == 11
    assert _ids(await rows.rpc("mine").select("id").gt("id", 5).order("id", desc=True).limit(1).execute()) == [7]
    assert (await rows.rpc("do_nothing").execute()).data in (None, "", [])
    with pytest.raises(APIError) as refused:
        await rows.rpc("conflict").execute()
    error = refused.value
    assert (error.code, error.message, error.details, error.hint) == ("PT409", "Bo has it", "bo", "wait")
    with pytest.raises(APIError) as unknown:
        await rows.rpc("add_up", {"c": 1}).execute()
    assert unknown.value.code == "PGRST202"


async def test_one_row_or_an_error(rows: Client) -> None:
    with pytest.raises(APIError) as none:
        await rows.table("scratch").select("id").eq("id", 99).single().execute()
    assert none.value.code == "PGRST116"
    assert await rows.table("scratch").select("id").eq("id", 99).maybe_single().execute() is None


async def _joined(channel: Any) -> None:
    joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def told(state: RealtimeSubscribeStates, error: Exception | None) -> None:
        if joined.done():
            return
        if state == RealtimeSubscribeStates.SUBSCRIBED:
            joined.set_result(None)
        else:
            joined.set_exception(error or RuntimeError(state))

    await channel.subscribe(told)
    await asyncio.wait_for(joined, PATIENCE)


async def test_row_events(rows: Client) -> None:
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    ready = asyncio.Event()
    channel = rows.channel("anything")
    channel.on_postgres_changes("*", events.put_nowait, table="scratch", schema="public", filter="label=eq.live")
    channel.on_system(lambda _: ready.set())
    await _joined(channel)
    await asyncio.wait_for(ready.wait(), PATIENCE)
    await rows.table("scratch").insert({"id": 20, "label": "live"}).execute()
    event = await asyncio.wait_for(events.get(), PATIENCE)
    assert (event["data"]["type"], event["data"]["record"]["id"]) == ("INSERT", 20)


async def test_private_channel(signed_in: Client, acme: Organisation, stack: Stack) -> None:
    async with httpx.AsyncClient() as http:
        other: Client = await acreate_client(stack.url, stack.anon_key, AsyncClientOptions(httpx_client=http))
        bo = acme.agent("Bo")
        await other.auth.sign_in_with_password({"email": bo.email or "", "password": PASSWORD})
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        theirs = other.channel(f"org:{acme.id}", {"config": {"private": True}})
        theirs.on_broadcast("typing", heard.put_nowait)
        await _joined(theirs)
        mine = signed_in.channel(
            f"org:{acme.id}", {"config": {"private": True, "broadcast": {"ack": True, "self": False}}}
        )
        back: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        mine.on_broadcast("typing", back.put_nowait)
        await _joined(mine)
        acked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        push = await mine.push("broadcast", {"type": "broadcast", "event": "typing", "payload": {"n": 1}})
        push.receive("ok", acked.set_result)
        await asyncio.wait_for(acked, PATIENCE)
        assert (await asyncio.wait_for(heard.get(), PATIENCE))["payload"]["n"] == 1
        await theirs.send_broadcast("typing", {"n": 2})
        assert (await asyncio.wait_for(back.get(), PATIENCE))["payload"]["n"] == 2
        await other.remove_all_channels()
        await other.auth.sign_out()


async def test_a_stranger_is_not_let_in(client: Client, acme: Organisation) -> None:
    await client.auth.sign_in_anonymously()
    with pytest.raises(Exception, match="Unauthorized"):
        await _joined(client.channel(f"org:{acme.id}", {"config": {"private": True}}))


async def test_presence(signed_in: Client, acme: Organisation) -> None:
    seen: asyncio.Queue[Any] = asyncio.Queue()
    me = str(acme.agents[0].id)
    channel = signed_in.channel(
        f"org:{acme.id}", {"config": {"private": True, "presence": {"key": me, "enabled": True}}}
    )
    channel.on_presence_sync(lambda: seen.put_nowait(channel.presence_state()))
    await _joined(channel)
    await channel.track({"user_id": me, "availability": "online"})
    while not (state := await asyncio.wait_for(seen.get(), PATIENCE)):
        pass
    assert state[me][0]["availability"] == "online"


async def test_a_pushed_token_is_taken(signed_in: Client, acme: Organisation) -> None:
    states: asyncio.Queue[RealtimeSubscribeStates] = asyncio.Queue()
    channel = signed_in.channel(
        f"org:{acme.id}", {"config": {"private": True, "broadcast": {"ack": True, "self": False}}}
    )
    await channel.subscribe(lambda state, _: states.put_nowait(state))
    assert await asyncio.wait_for(states.get(), PATIENCE) == RealtimeSubscribeStates.SUBSCRIBED
    session = (await signed_in.auth.refresh_session()).session
    assert session
    await signed_in.realtime.set_auth(session.access_token)
    acked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    push = await channel.push("broadcast", {"type": "broadcast", "event": "typing", "payload": {}})
    push.receive("ok", acked.set_result)
    await asyncio.wait_for(acked, PATIENCE)
    await signed_in.realtime.set_auth(session.access_token[:-4] + "AAAA")
    assert await asyncio.wait_for(states.get(), PATIENCE) == RealtimeSubscribeStates.CHANNEL_ERROR
