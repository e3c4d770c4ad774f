"""Canned replies: found by their shortcut, their variables filled in."""

import re
from collections.abc import Mapping

from chattui.model.records import ConversationId, Template
from chattui.store.projections import Reply
from chattui.store.state import State
from chattui.text.inert import inert_line

VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def replies(state: State, prefix: str, conversation_id: ConversationId) -> tuple[Reply, ...]:
    """Templates whose shortcut begins with `prefix`, mine before the shared ones, by shortcut."""
    wanted = prefix.removeprefix("/").casefold()
    values = _values(state, conversation_id)
    found = [one for one in state.templates if _offered(state, one) and _shortcut(one).startswith(wanted)]
    return tuple(
        _reply(one, values) for one in sorted(found, key=lambda one: (one.owner_id is None, _shortcut(one), one.id))
    )


def _offered(state: State, template: Template) -> bool:
    return template.deleted_at is None and template.owner_id in {None, state.people.me}


def _shortcut(template: Template) -> str:
    return template.shortcut.removeprefix("/").casefold()


def _values(state: State, conversation_id: ConversationId) -> Mapping[str, str | None]:
    contact = state.contact(conversation_id)
    me = state.people.profiles.get(state.people.me)
    return {
        "contact.name": contact.name if contact else None,
        "contact.email": contact.email if contact else None,
        "agent.name": me.display_name if me else None,
        "conversation.id": conversation_id,
    }


def _reply(template: Template, values: Mapping[str, str | None]) -> Reply:
    body, missing = filled(template.body, values)
    return Reply(
        id=template.id,
        shortcut=inert_line(template.shortcut),
        title=inert_line(template.title),
        preview=inert_line(body[:200]),
        body=body,
        missing=missing,
    )


def filled(body: str, values: Mapping[str, str | None]) -> tuple[str, tuple[str, ...]]:
    """The body with its variables replaced, and the names of those that had no value and stay as they are written."""
    missing = dict.fromkeys(name for name in VARIABLE.findall(body) if not values.get(name))
    return VARIABLE.sub(lambda found: values.get(found[1]) or found[0], body), tuple(missing)
