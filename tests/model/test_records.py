import msgspec
import pytest

from chattui.model.records import PUBLISHED, RECORDS, Message, ReadMark, Status, key_of
from tests.store.rows import conversation, message, read_mark, tail


def test_every_table_has_one_record_and_two_are_not_published() -> None:
    assert {name: record.TABLE for name, record in RECORDS.items()} == {name: name for name in RECORDS}
    assert set(RECORDS) - set(PUBLISHED) == {"organizations", "conversation_tail"}


def test_keys() -> None:
    assert [key_of(row) for row in (conversation("a"), tail("a"), read_mark(1, 1), message(2))] == [
        "a",
        "a",
        "a/ana",
        "a2",
    ]


def test_a_row_of_the_wire_becomes_a_record_and_what_is_unknown_is_ignored() -> None:
    fields = {**msgspec.to_builtins(message(3, "hi")), "sync_xid": "812", "shoe_size": 43}
    assert msgspec.convert(fields, Message) == message(3, "hi")


@pytest.mark.parametrize(
    ("field", "value"),
    [("seq", "three"), ("seq", None), ("sender_type", "ghost"), ("created_at", "yesterday"), ("body", 5), ("id", None)],
)
def test_a_malformed_row_is_refused(field: str, value: object) -> None:
    fields = {**msgspec.to_builtins(message(3)), field: value}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, Message)


def test_a_missing_column_is_refused_unless_it_has_a_default() -> None:
    fields = msgspec.to_builtins(read_mark(3, 2))
    del fields["last_read_seq"]
    assert msgspec.convert(fields, ReadMark).last_read_seq == 0
    del fields["user_id"]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, ReadMark)


def test_records_do_not_change() -> None:
    with pytest.raises(AttributeError):
        conversation("a").status = Status.CLOSED  # type: ignore[misc]
