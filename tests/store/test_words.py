from typing import Any

import pytest

from chattui.model.records import UserId
from chattui.store.words import Names, told
from tests.store.rows import audit

NAMES = Names({"bo": "Bo", "ana": "Ana", "rosa": "Rosa"}.__getitem__, {"vip": "VIP", "gone": ""}.__getitem__)


@pytest.mark.parametrize(
    ("kind", "data", "with_actor", "without"),
    [
        ("taken", {"assigned_to": "bo"}, "Bo took over", "taken over"),
        ("taken", {"previous_agent": "ana"}, "Bo took over from Ana", "taken over from Ana"),
        ("handed_back", {"previous_agent": "bo"}, "Bo handed back to the AI", "handed back to the AI"),
        ("requeued", {"reason": "lunch"}, "Bo put it back in the queue: lunch", "put back in the queue: lunch"),
        (
            "requested",
            {"reason": "double charge"},
            "asked for a person: double charge",
            "asked for a person: double charge",
        ),
        ("requested", {}, "asked for a person", "asked for a person"),
        ("transferred", {"assigned_to": "ana"}, "Bo gave it to Ana", "given to Ana"),
        ("closed", {}, "closed by Bo", "closed"),
        ("reopened", {}, "Bo opened it again", "opened again"),
        ("snoozed", {"snoozed_until": "2026-03-02T10:00:00+00:00"}, "Bo snoozed it", "snoozed"),
        ("woken", {}, "Bo woke it", "the snooze is over"),
        ("labelled", {"label_id": "vip"}, "Bo added a label: VIP", "label added: VIP"),
        ("unlabelled", {"label_id": "gone"}, "Bo removed a label", "label removed"),
        ("prioritised", {"priority": 3}, "Bo set the priority: urgent", "priority set: urgent"),
        ("prioritised", {"priority": 9}, "Bo set the priority", "priority set"),
        ("sent_to_moon", {"reason": 5}, "Bo sent to moon", "sent to moon"),
        ("closed", {"reason": "\x1b[2Jdone\nnow"}, "closed by Bo: ␛[2Jdone now", "closed: ␛[2Jdone now"),
    ],
)
def test_audit_lines_in_words(kind: str, data: dict[str, Any], with_actor: str, without: str) -> None:
    assert told(audit("e", 1, kind, data=data, actor_id=UserId("bo")), NAMES) == with_actor
    assert told(audit("e", 1, kind, data=data, actor_id=None), NAMES) == without
