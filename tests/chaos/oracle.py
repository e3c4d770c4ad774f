"""Whether a client holds what the database holds. Each complaint is one line; none means that all is well."""

from collections.abc import Iterable, Iterator
from typing import Any

from tests.chaos.held import Held, HeldThread, Rows
from tests.chaos.truth import Fields, Truth

WHOLE = ("organizations", "profiles", "contacts", "conversations", "labels", "conversation_contact_labels")
"""Tables that every agent holds all of."""


def complaints(held: Held, truth: Truth) -> list[str]:
    """What is wrong with a client after all has come to rest."""
    seen = truth.seen_by(held.me)
    return [*_at_rest(held), *_rows(held.rows, seen, held.me), *_lists(held, seen), *_threads(held, seen)]


def _at_rest(held: Held) -> Iterator[str]:
    if held.link != "live":
        yield f"the link is {held.link}"
    if held.queued:
        yield f"{held.queued} still wait in the outbox"
    parked = [one for one in held.outbox if one.delivery == "refused"]
    if len(parked) != held.refused or len(held.outbox) != held.refused:
        yield f"the header counts {held.refused} parked, and there are {[one.delivery for one in held.outbox]}"
    yield from (f"{one.body!r} is parked without a reason" for one in parked if not one.reason)


def _rows(rows: Rows, truth: Truth, me: str) -> Iterator[str]:
    wanted = {f"{table}/{key}": row for table in WHOLE for key, row in truth.tables[table].items()}
    wanted |= {
        f"conversation_read_status/{key}": mark
        for key, mark in truth.tables["conversation_read_status"].items()
        if mark["user_id"] == me or mark["user_id"] not in truth.people
    }
    yield from (f"{key} is missing" for key in wanted.keys() - rows.keys())
    known = {key for key in rows if not (truth.assigned_only and key.startswith("contacts/"))}  # they may stay
    yield from (f"{key} is in no database" for key in known - wanted.keys())
    for key in wanted.keys() & rows.keys():
        yield from _differences(key, rows[key], wanted[key])


def _differences(name: str, held: Fields, true: Fields) -> Iterator[str]:
    for field in true:
        if held.get(field) != true[field]:
            yield f"{name}: {field} is {held.get(field)!r}, in the database {true[field]!r}"


def _lists(held: Held, truth: Truth) -> Iterator[str]:
    for one in held.conversations.keys() & truth.tables["conversations"].keys():
        expected = _row(truth, one, held.me)
        for field, value in expected.items():
            if getattr(held.conversations[one], field) != value:
                yield f"conversation {one}: {field} is {getattr(held.conversations[one], field)!r}, not {value!r}"
    views = _views(truth, held.me)
    for view, members in views.items():
        if set(held.views[view]) != members or len(held.views[view]) != len(members):
            yield f"view {view} has {held.views[view]}, not {sorted(members)}"
    unread = sum(_row(truth, one, held.me)["unread"] for one in views["mine"] | views["waiting"])
    if held.unread != unread:
        yield f"the header says {held.unread} unread, and there are {unread}"


def _row(truth: Truth, one: str, me: str) -> dict[str, Any]:
    """What a list has to say of a conversation, counted anew from its messages."""
    said = truth.threads[one]
    my_read, customer_read = _read(truth, one, me)
    inbound = [message["seq"] for message in said if message["sender_type"] == "customer"]
    labels = [row for row in truth.rows("conversation_contact_labels") if row["conversation_id"] == one]
    return {
        "last_seq": len(said),
        "inbound_count": len(inbound),
        "preview": said[-1]["body"][:200] if said else "",
        "unread": sum(seq > my_read for seq in inbound),
        "labels": sorted(row["label_id"] for row in labels if row["removed_at"] is None),
        "my_read": my_read,
        "customer_read": customer_read,
        "pending": False,
    }


def _read(truth: Truth, one: str, me: str) -> tuple[int, int]:
    customer = truth.tables["contacts"][truth.tables["conversations"][one]["contact_id"]]["user_id"]
    marks = truth.tables["conversation_read_status"]
    mine, theirs = (marks.get(f"{one}/{who}", {}).get("last_read_seq", 0) for who in (me, customer))
    return mine, theirs


def _views(truth: Truth, me: str) -> dict[str, set[str]]:
    rows = truth.tables["conversations"]
    of = {
        status: {key for key, row in rows.items() if row["status"] == status} for status in ("waiting", "ai", "closed")
    }
    mine = {key for key, row in rows.items() if row["status"] == "active" and row["assigned_to"] == me}
    return {**of, "mine": mine, "all": rows.keys() - of["closed"]}


def _threads(held: Held, truth: Truth) -> Iterator[str]:
    yield from gaps(truth)
    for one, thread in held.threads.items():
        if one not in truth.threads:
            yield f"thread {one} is of no conversation"
            continue
        yield from (f"thread {one}: {complaint}" for complaint in _thread(thread, truth, one))


def gaps(truth: Truth) -> Iterator[str]:
    """What is wrong with the database itself."""
    for one, said in truth.threads.items():
        if [message["seq"] for message in said] != list(range(1, len(said) + 1)):
            yield f"the messages of {one} are not numbered 1, 2, 3 …"
        tail = truth.tables["conversation_tail"].get(one)
        if tail is not None and tail["last_seq"] != len(said):
            yield f"the tail of {one} says {tail['last_seq']}, and it has {len(said)} messages"


def _thread(thread: HeldThread, truth: Truth, one: str) -> Iterator[str]:
    said = truth.threads[one]
    if thread.hi != len(said):
        yield f"it ends at {thread.hi}, not at {len(said)}"
    if thread.ahead:
        yield f"{thread.ahead} wait for their turn"
    there, sides = said[thread.lo - 1 :], [s for s in truth.sides[one] if s["after_seq"] >= thread.lo - 1]
    yield from _same("message", thread.messages, there)
    yield from _same("note or audit line", thread.sides, sides)
    if thread.entries != (shown := _shown(there, sides)):
        yield f"it shows another order: {_first_difference(thread.entries, shown)}"


def _same(what: str, held: list[Fields], true: list[Fields]) -> Iterator[str]:
    known, wanted = {row["id"]: row for row in held}, {row["id"]: row for row in true}
    if len(known) != len(held):
        yield f"a {what} is there twice"
    yield from (f"{what} {key} is missing" for key in wanted.keys() - known.keys())
    yield from (f"{what} {key} is in no database" for key in known.keys() - wanted.keys())
    for key in wanted.keys() & known.keys():
        yield from _differences(f"{what} {key}", known[key], wanted[key])


def _shown(said: Iterable[Fields], sides: Iterable[Fields]) -> list[str]:
    """A message of some `seq`, then what stands after it."""
    places = [((row["seq"], 0, "", ""), f"message/{row['id']}") for row in said]
    for row in sides:
        kind = "note" if "body" in row else "event"
        if row.get("deleted_at") is None:
            places.append(((row["after_seq"], 1, row["created_at"], row["id"]), f"{kind}/{row['id']}"))
    return [key for _, key in sorted(places)]


def _first_difference(held: list[str], true: list[str]) -> str:
    place = next((n for n, (one, other) in enumerate(zip(held, true, strict=False)) if one != other), len(held))
    return f"at place {place} {held[place : place + 2]}, not {true[place : place + 2]}"


def of_customer(told: list[Fields], began_after: int, thread: list[Fields]) -> Iterator[str]:
    """What a customer was told since a visit began, beside the messages of their conversation."""
    seqs = [message["seq"] for message in told]
    if seqs != list(range(began_after + 1, began_after + 1 + len(seqs))):
        yield f"was told {seqs} after {began_after}"
    stored = {message["seq"]: message["id"] for message in thread}
    yield from (
        f"was told {message['id']} as {message['seq']}, which is {stored.get(message['seq'])}"
        for message in told
        if stored.get(message["seq"]) != message["id"]
    )
