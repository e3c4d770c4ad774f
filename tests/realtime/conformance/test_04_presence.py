"""Who is here: state, diffs, keys and the limit of calls (04)."""

from typing import Any

from tests.realtime.wire import ANY, Client, Wire, closed, error, frame, ok, refused, system

PRES = "realtime:pres"


def state(**people: dict[str, Any]) -> dict[str, Any]:
    return frame(PRES, "presence_state", people)


def diff(joins: dict[str, Any] | None = None, leaves: dict[str, Any] | None = None) -> dict[str, Any]:
    return frame(PRES, "presence_diff", {"joins": joins or {}, "leaves": leaves or {}})


def meta(*, again: bool = False, **user: Any) -> dict[str, Any]:
    return {"metas": [user | {"phx_ref": ANY} | ({"phx_ref_prev": ANY} if again else {})]}


async def join(wire: Wire, key: str, *, enabled: bool = True) -> Client:
    client = await wire.open()
    await client.join(PRES, "1", {"presence": {"enabled": enabled, "key": key}})
    return client


async def track(client: Client, user: Any, ref: str) -> None:
    await client.send(PRES, "presence", {"type": "presence", "event": "track", "payload": user}, ref, "1")


async def test_people_come_change_and_go(wire: Wire) -> None:
    a = await join(wire, "alice")
    await a.hears(state())
    await track(a, {"user": "alice", "status": "online"}, "2")
    online = {"alice": meta(user="alice", status="online")}
    await a.hears_in_any_order(ok(PRES, "2"), diff(online))

    b = await join(wire, "bob")
    await b.hears(state(**online))
    await track(b, {"user": "bob"}, "2")
    bob = {"bob": meta(user="bob")}
    await a.hears(diff(bob))
    await b.hears_in_any_order(diff(bob), ok(PRES, "2"))

    await track(a, {"user": "alice", "status": "away"}, "3")
    away = {"alice": meta(again=True, user="alice", status="away")}
    await a.hears_in_any_order(ok(PRES, "3"), diff(away, online))
    await b.hears(diff(away, online))
    await track(a, {"user": "alice", "status": "away"}, "4")
    await a.hears(ok(PRES, "4"))

    c = await join(wire, "alice")
    await track(c, {"user": "alice", "device": "phone"}, "2")
    phone = {"alice": meta(user="alice", device="phone")}
    await c.hears_in_any_order(state(**away, **bob), ok(PRES, "2"), diff(phone))
    await a.hears(diff(phone))
    await b.hears(diff(phone))
    c.socket.transport.abort()
    await a.hears(diff(leaves=phone))
    await b.hears(diff(leaves=phone))

    await b.send(PRES, "presence", {"type": "presence", "event": "untrack"}, "3", "1")
    await b.hears_in_any_order(diff(leaves=bob), ok(PRES, "3"))
    await a.hears(diff(leaves=bob))
    await track(b, {"user": "bob"}, "4")
    await b.hears_in_any_order(diff(bob), ok(PRES, "4"))
    await a.hears(diff(bob))
    await b.leave(PRES, "5", "1")
    await a.hears(diff(leaves=bob))


async def test_without_presence_one_is_told_of_others_and_may_still_track(wire: Wire) -> None:
    a = await join(wire, "alice")
    await a.hears(state())
    d = await join(wire, "dave", enabled=False)
    await track(d, {"user": "dave"}, "2")
    dave = {"dave": meta(user="dave")}
    await d.hears_in_any_order(ok(PRES, "2"), diff(dave))
    await a.hears(diff(dave))
    await track(d, "str", "3")
    await d.hears(refused(PRES, "3", "Presence track payload must be a map"))
    await d.send(PRES, "presence", {"type": "presence", "event": "wat"}, "4", "1")
    await d.hears(error(PRES, "4", {}))
    await d.send(PRES, "presence", {}, "5", "1")
    await d.hears(ok(PRES, "5"))


class _Keyed:
    """Equal to a diff of one person whose key the server made up."""

    def __init__(self, joins: Any, leaves: Any) -> None:
        self.joins, self.leaves = joins, leaves

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, dict)
        return [list(other[part].values()) for part in ("joins", "leaves")] == [self.joins, self.leaves]

    __hash__ = None  # type: ignore[assignment]


async def test_the_sixth_call_within_thirty_seconds_closes_the_channel(wire: Wire) -> None:
    a = await join(wire, "alice")
    await a.hears(state())
    e = await join(wire, "")
    await e.hears(state())
    seen: list[Any] = []
    for number, user in enumerate([{}, {"i": 0}, {"i": 1}, {"i": 2}, {"i": 3}]):
        await track(e, user, str(number))
        now = [meta(again=bool(seen), **user)]
        change = frame(PRES, "presence_diff", _Keyed(now, seen))
        await e.hears_in_any_order(ok(PRES, str(number)), change)
        await a.hears(change)
        seen = now
    await track(e, {"i": 4}, "7")
    await e.hears(system(PRES, "error", "Client presence rate limit exceeded"), closed(PRES, "1"))
    await a.hears(frame(PRES, "presence_diff", _Keyed([], seen)))
    await track(e, {"i": 5}, "8")
    await e.hears(refused(PRES, "8", "unmatched topic"))


async def test_closing_the_socket_is_leaving(wire: Wire) -> None:
    a, d = await join(wire, "alice"), await join(wire, "dave", enabled=False)
    await a.hears(state())
    await track(a, {"user": "alice"}, "2")
    alice = {"alice": meta(user="alice")}
    await a.hears_in_any_order(ok(PRES, "2"), diff(alice))
    await d.hears(diff(alice))
    await a.socket.close()
    await d.hears(diff(leaves=alice))
