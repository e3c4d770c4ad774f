-- Nothing is open that was not opened on purpose.
begin;
create extension if not exists pgtap with schema extensions;
select no_plan();

create temporary view our_functions as
select p.oid, n.nspname, p.proname, p.oid::regprocedure::text as signature, p.provolatile, p.proconfig
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');

select ok(c.relrowsecurity, c.oid::regclass || ' has row-level security')
from pg_class c where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'p');

select is_empty(
  $$ select signature from our_functions where not coalesce(proconfig::text like '%search_path=%', false) $$,
  'every function pins its search_path');
select is_empty(
  $$ select signature from our_functions where nspname = 'public' and has_function_privilege('anon', oid, 'execute') $$,
  'anon calls nothing');
select is_empty(
  $$ select signature from our_functions where nspname = 'public' and not has_function_privilege('authenticated', oid, 'execute') $$,
  'who is signed in calls everything');
select bag_eq(
  $$ select proname from our_functions where nspname = 'private' and has_function_privilege('authenticated', oid, 'execute') $$,
  array['my_org', 'sees_all', 'my_conversations']::name[],
  'of the shared functions only those of the policies are granted');
select is_empty(
  $$ select signature from our_functions
     where nspname = 'public' and provolatile = 'v' and not coalesce(proconfig::text like '%lock_timeout=400ms%', false) $$,
  'whatever writes waits 400 ms for a lock, not longer');

select is_empty(
  $$ select c.relname, p.privilege from pg_class c, unnest(array['select', 'insert', 'update', 'delete', 'truncate']) p(privilege)
     where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'v')
       and has_table_privilege('anon', c.oid, p.privilege) $$,
  'anon has no privilege on any table');
select is_empty(
  $$ select c.relname, p.privilege from pg_class c, unnest(array['insert', 'update', 'delete', 'truncate']) p(privilege)
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       and has_table_privilege('authenticated', c.oid, p.privilege) $$,
  'who is signed in writes through functions alone');
select is_empty(
  $$ select c.relname, p.privilege from pg_class c, unnest(array['insert', 'update', 'delete', 'truncate']) p(privilege)
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       and c.relname in ('messages', 'conversations', 'conversation_tail', 'conversation_events', 'conversation_read_status')
       and has_table_privilege('service_role', c.oid, p.privilege) $$,
  'so does a backend with what hangs on a conversation');
select is_empty(
  $$ select schemaname, tablename, policyname from pg_policies where 'anon' = any (roles) or 'public' = any (roles) $$,
  'no policy is for anon');

select bag_eq(
  $$ select tablename from pg_publication_tables where pubname = 'supabase_realtime' $$,
  array['messages', 'conversations', 'conversation_events', 'conversation_read_status', 'conversation_metadata',
        'conversation_notes', 'conversation_contact_labels', 'contacts', 'profiles', 'labels', 'templates']::name[],
  'what agents look at is published, but for the tail and the settings');

-- A policy that raises loses everybody's row events: each is evaluated for somebody of every kind.
create function pg_temp.reads(who text, claims text) returns setof text language plpgsql as $$
declare
  name text;
begin
  perform set_config('request.jwt.claims', claims, true), set_config('realtime.topic', 'conversation:not-a-uuid', true);
  set local role authenticated;
  for name in select tablename from pg_publication_tables where pubname = 'supabase_realtime' loop
    return next lives_ok(format('select count(*) from public.%I', name), format('%s asks for %s', who, name));
  end loop;
  return next is_empty('select * from realtime.messages', who || ' reads no topic of a made-up name');
  reset role;
end
$$;
select pg_temp.reads('an agent', '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}');
select pg_temp.reads('a stranger', '{"sub": "99999999-0000-4000-8000-000000000000", "role": "authenticated"}');
select pg_temp.reads('a token without a user', '{"role": "authenticated"}');
select pg_temp.reads('no token', '');

select * from finish();
rollback;
