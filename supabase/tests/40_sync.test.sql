-- What a client reads: a snapshot, what changed since, one thread.
begin;
create extension if not exists pgtap with schema extensions;
select no_plan();

create function pg_temp.sign_in(n integer) returns void language sql as $$
  select set_config('request.jwt.claims',
    jsonb_build_object('sub', 'a0000000-0000-4000-8000-00000000000' || n, 'role', 'authenticated')::text, true)
$$;
create function pg_temp.thread(n integer) returns uuid language sql immutable as $$
  select ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid
$$;
insert into organizations (id, name, slug) values ('70000000-0000-4000-8000-000000000000', 'Test', 'sync-test');
insert into auth.users (id) select ('a0000000-0000-4000-8000-00000000000' || n)::uuid from generate_series(5, 6) n;
insert into profiles (id, org_id, display_name)
values ('a0000000-0000-4000-8000-000000000005', '70000000-0000-4000-8000-000000000000', 'Eva'),
       ('a0000000-0000-4000-8000-000000000006', '70000000-0000-4000-8000-000000000000', 'Finn');
insert into contacts (id, org_id, name)
values ('d0000000-0000-4000-8000-000000000099', '70000000-0000-4000-8000-000000000000', 'Rosa');
insert into conversations (id, org_id, contact_id)
values (pg_temp.thread(90), '70000000-0000-4000-8000-000000000000', 'd0000000-0000-4000-8000-000000000099');
insert into messages (id, conversation_id, sender_type, body)
select gen_random_uuid(), pg_temp.thread(90), 'customer', 'line ' || n from generate_series(1, 120) n;

select pg_temp.sign_in(5);
create temporary table first as select snapshot() as s;
select set_eq('select jsonb_object_keys(s -> ''rows'') from first', array[
  'organizations', 'profiles', 'contacts', 'conversations', 'conversation_tail', 'conversation_read_status', 'labels',
  'conversation_contact_labels', 'conversation_metadata', 'templates'], 'a snapshot has everything but messages');
select is(s ->> 'more', null, 'a small desk comes on one page') from first;
select throws_ok(format('select snapshot(%L)', wrong), 'PT400', null, format('%L is no page', wrong))
from unnest(array['', '1', '1.abc', 'x.c0000000-0000-4000-8000-000000000090', '1.c0000000-0000-4000-8000-00000000009']) wrong;
select is(sync('0', s ->> 'epoch') -> 'rows' -> 'messages' is null, false, 'since the beginning: everything') from first;
select is(jsonb_array_length(sync(s ->> 'cursor', s ->> 'epoch') -> 'rows' -> 'messages'), 120,
  'what is not committed at the cursor comes again') from first;
select matches(sync('0', 'elsewhere') ->> 'reset', 'another database', 'another epoch: begin again');
select matches(sync('9000000000', s ->> 'epoch') ->> 'reset', 'later time', 'a cursor of the future: begin again') from first;
select matches(sync(wrong, s ->> 'epoch') ->> 'reset', 'malformed', format('%L is no cursor', wrong))
from first, unnest(array['', 'abc', '-1', '1.5', '99999999999999999999', null]) wrong;

insert into conversations (id, org_id, contact_id)
values (pg_temp.thread(91), '70000000-0000-4000-8000-000000000000', 'd0000000-0000-4000-8000-000000000099');
insert into messages (id, conversation_id, sender_type, body)
select gen_random_uuid(), pg_temp.thread(91), 'customer', 'line ' || n from generate_series(1, 4500) n;
create temporary table pages as
with recursive p(n, page) as (
  select 1, sync('0', s ->> 'epoch') from first
  union all
  select n + 1, sync('0', page ->> 'epoch', page ->> 'more') from p where page ->> 'more' is not null)
select * from p;
select is((select count(*)::integer from pages), 3, 'one large transaction is paged through');
select is((select count(distinct m ->> 'id')::integer from pages, jsonb_array_elements(page -> 'rows' -> 'messages') m), 4620,
  'without a repeat or a hole');
select results_eq('select page ? ''cursor'' and page ->> ''cursor'' is not null from pages order by n',
  array[false, false, true], 'the cursor comes with the last page');

alter table messages disable trigger stamp;
update messages set sync_xid = '9000000000000' where conversation_id = pg_temp.thread(90);
alter table messages enable trigger stamp;
create function pg_temp.synced_of_90() returns integer language sql as $$
  select count(*)::integer from first, jsonb_array_elements(sync('0', s ->> 'epoch') -> 'rows' -> 'messages') m
  where (m ->> 'conversation_id')::uuid = pg_temp.thread(90)
$$;
select is(pg_temp.synced_of_90(), 0, 'what a dump brought from a cluster of higher numbers does not come with every sync');
delete from messages where conversation_id = pg_temp.thread(91);
update messages set edited_at = now() where conversation_id = pg_temp.thread(90) and seq = 1;
select is(pg_temp.synced_of_90(), 1, 'until it is written here');

select take_over(pg_temp.thread(90));
update organizations set settings = '{"visibility": "assigned"}' where id = '70000000-0000-4000-8000-000000000000';
select matches(sync('0', s ->> 'epoch') ->> 'reset', 'what you may see has changed', 'a change of sight: begin again') from first;
select pg_temp.sign_in(6);
create temporary table second as select snapshot() as s;
select is(jsonb_path_query_array(s, '$.rows.conversations[*].id'), jsonb_build_array(pg_temp.thread(91)),
  'what a colleague has is not in my snapshot') from second;
select is(sync('0', s ->> 'epoch') -> 'gone',
  jsonb_build_array(jsonb_build_object('id', pg_temp.thread(90), 'version', 2, 'gone', true)),
  'and is reported as gone') from second;
select throws_ok(format('select page(%L)', pg_temp.thread(90)), 'PT404', null, 'nor can I open it');

select pg_temp.sign_in(5);
create temporary table thread as select page(pg_temp.thread(90)) as last, page(pg_temp.thread(90), 21, 50) as first;
select results_eq('select last -> ''lo'', last -> ''hi'', first -> ''lo'', first -> ''hi'' from thread',
  $$ values ('71'::jsonb, '120'::jsonb, '1'::jsonb, '20'::jsonb) $$, 'pages end where they say');
select is((select jsonb_array_length(last -> 'rows' -> 'messages') from thread), 50, 'a page without a hole');
select is((select jsonb_path_query_array(last, '$.rows.conversation_events[*].kind') from thread), '["taken"]',
  'the audit line stands at the end');
select is((select jsonb_array_length(last -> 'rows' -> 'conversations') from thread), 2, 'with the customer''s other one');

insert into conversations (id, org_id, contact_id)
select pg_temp.thread(n), '70000000-0000-4000-8000-000000000000', 'd0000000-0000-4000-8000-000000000099'
from generate_series(1000, 2198) n;
update conversations set status = 'closed', closed_at = now() where id = pg_temp.thread(1000);
create temporary table loaded as
with recursive p(n, page) as (
  select 1, snapshot()
  union all
  select n + 1, snapshot(page ->> 'more') from p where page ->> 'more' is not null)
select * from p;
select is((select count(*)::integer from loaded), 3, '1,200 open conversations are three pages');
select is((select count(distinct c ->> 'id')::integer from loaded, jsonb_array_elements(page -> 'rows' -> 'conversations') c
  where c ->> 'status' <> 'closed'), 1200, 'without a hole');
select results_eq('select (page ->> ''open'')::integer from loaded order by n', array[1200, null, null],
  'the first one says how many there are');
select is((select count(distinct page ->> 'cursor')::integer from loaded), 1, 'the cursor is the first page''s');
select results_eq('select page -> ''rows'' ? ''profiles'' from loaded order by n', array[true, false, false],
  'what all conversations share comes once');
select ok(page -> 'rows' -> 'conversations' @> jsonb_build_array(jsonb_build_object('id', pg_temp.thread(90))),
  'mine come with the first page') from loaded where n = 1;
select results_eq('select page -> ''rows'' -> ''conversations'' @> ''[{"status": "closed"}]'' from loaded order by n',
  array[false, false, true], 'what is closed comes with the last');
select results_eq('select jsonb_array_length(page -> ''rows'' -> ''conversation_tail'')
  = jsonb_array_length(page -> ''rows'' -> ''conversations'') from loaded order by n', array[true, true, true],
  'each conversation with its tail');

select is(jsonb_array_length(search_messages('line 77')), 1, 'a search finds words');
select is(jsonb_array_length(search_messages('lin', 60)), 60, 'the last one by its beginning');
select is(search_messages(odd), '[]', format('%L finds nothing and breaks nothing', odd))
from unnest(array['', '-', '"', '&|!', '🙂', ':*', '''', '%']) odd;
select * from finish();
rollback;
