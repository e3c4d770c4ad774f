"""A customer whom the project no longer knows comes as a new one, under the same storage."""

import psycopg

from chattui.gateway import supabase
from chattui.gateway.sessions import MemorySession
from chattui.model.records import OrgId
from tests.conftest import MakeOrganisation
from tests.gateway.conftest import SessionOf
from tests.stack import Stack


async def came(stack: Stack, storage: MemorySession, org_id: OrgId) -> str:
    """The conversation that somebody has."""
    gateway = await supabase.open_customer(stack.url, stack.anon_key, storage, org_id)
    try:
        return (await gateway.start("Rosa")).conversation_id
    finally:
        await gateway.close()


async def test_whose_account_was_deleted_begins_anew(
    stack: Stack, make_organisation: MakeOrganisation, session_of: SessionOf
) -> None:
    acme = make_organisation()
    rosa = acme.customer()
    storage, org_id = session_of(rosa), OrgId(str(acme.id))
    before = await came(stack, storage, org_id)
    with psycopg.connect(stack.db_url) as database:
        database.execute("delete from auth.users where id = %s", (rosa.id,))
    after = await came(stack, storage, org_id)
    assert after != before
    assert await came(stack, storage, org_id) == after, "and is kept"


async def test_whose_session_is_over_begins_anew(
    stack: Stack, make_organisation: MakeOrganisation, session_of: SessionOf
) -> None:
    acme = make_organisation()
    storage, org_id = session_of(acme.customer(), expires_at=1), OrgId(str(acme.id))
    assert await came(stack, storage, org_id) == await came(stack, storage, org_id)
