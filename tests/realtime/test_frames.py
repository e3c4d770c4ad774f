"""Phoenix frames, both versions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from chattui.local.realtime.frames import Frame, Push, UserBroadcast, UserPush, Version1, Version2

V1, V2 = Version1(), Version2()
refs = st.none() | st.text() | st.integers(0, 2**31)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.text(), st.text(), json_values, refs, refs)
def test_a_text_frame_is_read_in_either_version(topic: str, event: str, payload: Any, ref: Any, join_ref: Any) -> None:
    v1 = V1.decode(json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join_ref}))
    v2 = V2.decode(json.dumps([join_ref, ref, topic, event, payload, "surplus"]))
    for frame in (v1, v2):
        assert isinstance(frame, Frame)
        assert (frame.topic, frame.event, frame.ref, frame.join_ref) == (topic, event, ref, join_ref)
        assert json.loads(bytes(frame.payload)) == payload


@given(st.text() | st.binary())
def test_nothing_that_comes_in_is_an_error(data: str | bytes) -> None:
    V1.decode(data)
    V2.decode(data)


@given(st.binary(max_size=60))
def test_no_binary_push_is_an_error(tail: bytes) -> None:
    V2.decode(bytes([3]) + tail)


def test_a_binary_push() -> None:
    data = bytes([3, 1, 2, 10, 3, 2, 1]) + b"7" + b"42" + b"realtime:p" + b"msg" + b"{}" + b'{"a":1}'
    assert V2.decode(data) == UserPush("realtime:p", "msg", b'{"a":1}', is_json=True, ref="42", join_ref="7")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x03",
        b"\x09" + bytes(20),
        bytes([3, 9, 9, 9, 9, 9, 1]) + b"short",
        bytes([3, 0, 0, 1, 0, 0, 1]) + b"\xff",
    ],
)
def test_a_broken_binary_push_means_nothing(data: bytes) -> None:
    assert V2.decode(data) is None


def test_what_the_server_says() -> None:
    push = Push("realtime:p", "system", {"a": Raw(b'{"b": 1}')}, ref=None, join_ref="7")
    assert json.loads(str(V1.encode(push))) == {
        "topic": "realtime:p",
        "event": "system",
        "payload": {"a": {"b": 1}},
        "ref": None,
    }
    assert json.loads(str(V2.encode(push))) == ["7", None, "realtime:p", "system", {"a": {"b": 1}}]


def test_a_broadcast_of_the_database() -> None:
    message = UserBroadcast("realtime:p", "msg", b'{"a":1}', id="x")
    meta = b'{"id":"x"}'
    assert V2.encode(message) == bytes([4, 10, 3, len(meta), 1]) + b"realtime:pmsg" + meta + b'{"a":1}'
    assert json.loads(str(V1.encode(message)))["payload"] == {
        "type": "broadcast",
        "event": "msg",
        "payload": {"a": 1},
        "meta": {"id": "x"},
    }


def test_bytes_cannot_travel_over_1_0_0() -> None:
    assert V1.encode(UserBroadcast("realtime:p", "msg", b"\x00", is_json=False)) is None


def test_a_topic_too_long_for_one_byte_is_left_out() -> None:
    assert V2.encode(UserBroadcast("realtime:" + "x" * 300, "msg", b"{}")) is None
