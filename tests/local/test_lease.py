"""Joining and leaving the stack."""

import psycopg

from tests.conftest import MakeOrganisation
from tests.stack import Stack


def test_an_organisation_has_people(stack: Stack, make_organisation: MakeOrganisation) -> None:
    acme = make_organisation(agents=2, admins=1)
    rosa = acme.customer()
    with psycopg.connect(stack.db_url) as database:
        (people,) = database.execute("select count(*) from profiles where org_id = %s", (acme.id,)).fetchone() or (0,)
        (contact,) = database.execute("select id from contacts where user_id = %s", (rosa.id,)).fetchone() or (None,)
    assert (people, contact) == (3, rosa.contact_id)
