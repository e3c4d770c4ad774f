"""An organisation that the official clients work in, and a table of their own to write to.

chattui's tables are written by RPC alone; insert, upsert, update and delete need one that is open to its owners.
"""

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import MakeOrganisation
from tests.stack import Organisation, Stack

SCRATCH = """
create table if not exists public.scratch (
    id integer primary key, owner uuid not null default auth.uid(), label text, tags text[], extra jsonb,
    parent integer references public.scratch (id), made timestamptz not null default now());
alter table public.scratch enable row level security;
drop policy if exists own on public.scratch;
create policy own on public.scratch to authenticated using (owner = (select auth.uid()));
revoke all on public.scratch from anon;
grant select, insert, update, delete on public.scratch to authenticated;
create or replace function public.add_up(a integer, b integer default 10) returns integer
    language sql immutable set search_path = '' as 'select a + b';
create or replace function public.mine() returns setof public.scratch
    language sql stable set search_path = '' as 'select * from public.scratch';
create or replace function public.do_nothing() returns void language sql set search_path = '' as '';
create or replace function public.conflict() returns void language plpgsql set search_path = '' as
    $$ begin raise exception 'Bo has it' using errcode = 'PT409', detail = 'bo', hint = 'wait'; end $$;
do $$ begin
    alter publication supabase_realtime add table public.scratch;
exception when duplicate_object then null;
end $$;
truncate public.scratch;
"""
DROP = """
drop function public.mine, public.add_up, public.do_nothing, public.conflict;
drop table public.scratch;
"""


@pytest.fixture
def scratch(stack: Stack) -> Iterator[None]:
    """A table and functions that everybody signed in may use, gone after the test."""
    with psycopg.connect(stack.db_url, autocommit=True) as database:
        database.execute(SCRATCH.encode())
        yield
        database.execute(DROP)


@pytest.fixture
def acme(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation(agents=1)
