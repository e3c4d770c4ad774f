-- The transition table, from the database's side; every cell through HTTP is in tests/database.
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
insert into organizations (id, name, slug) values ('70000000-0000-4000-8000-000000000000', 'Test', 'transition-test');
insert into auth.users (id) select ('a0000000-0000-4000-8000-00000000000' || n)::uuid from generate_series(5, 7) n;
insert into profiles (id, org_id, display_name, role)
select ('a0000000-0000-4000-8000-00000000000' || n)::uuid, '70000000-0000-4000-8000-000000000000', name, role::profile_role
from (values (5, 'Eva', 'agent'), (6, 'Finn', 'agent'), (7, 'Gil', 'admin')) p(n, name, role);
insert into contacts (id, org_id, name)
values ('d0000000-0000-4000-8000-000000000099', '70000000-0000-4000-8000-000000000000', 'Rosa');
insert into conversations (id, org_id, contact_id)
select pg_temp.thread(n), '70000000-0000-4000-8000-000000000000', 'd0000000-0000-4000-8000-000000000099'
from generate_series(90, 92) n;

select pg_temp.sign_in(5);
select is((take_over(pg_temp.thread(90))).status, 'active', 'an agent takes over from the AI');
select is((take_over(pg_temp.thread(90))).version, 2::bigint, 'again: the row, and no second write');
select pg_temp.sign_in(6);
select throws_ok(format('select take_over(%L)', pg_temp.thread(90)), 'PT409', 'Eva has this conversation.');
select throws_ok(format('select close_conversation(%L, true)', pg_temp.thread(90)), 'PT409', 'Eva has this conversation.',
  'only an admin forces');
select pg_temp.sign_in(7);
select throws_ok(format('select take_over(%L)', pg_temp.thread(90)), 'PT409', 'Eva has this conversation.',
  'an admin has to say so');
select is((take_over(pg_temp.thread(90), true)).assigned_to, 'a0000000-0000-4000-8000-000000000007'::uuid, 'and then has it');
select is((requeue(pg_temp.thread(90))).status, 'waiting', 'back to the queue');
select ok((select waiting_since is not null and assigned_to is null from conversations where id = pg_temp.thread(90)),
  'waiting has a beginning and no owner');
select is((take_next('one')).id, pg_temp.thread(90), 'the oldest waiting');
select is((take_next('one')).id, pg_temp.thread(90), 'the same request, the same conversation');
select throws_ok($$ select take_next('two') $$, 'PT404', 'Nobody is waiting.');
select is((transfer(pg_temp.thread(90), 'a0000000-0000-4000-8000-000000000005')).assigned_to,
  'a0000000-0000-4000-8000-000000000005'::uuid, 'to a colleague');
select throws_ok(format('select transfer(%L, %L)', pg_temp.thread(90), 'a0000000-0000-4000-8000-000000000001'), 'PT404',
  'There is no such colleague.', 'another organisation has no colleagues');
select pg_temp.sign_in(5);
select is((close_conversation(pg_temp.thread(90))).status, 'closed', 'closed');
select throws_ok(format('select hand_back(%L)', pg_temp.thread(90)), 'PT409', 'This conversation is closed; reopen it first.');
select is((reopen(pg_temp.thread(90))).assigned_to, 'a0000000-0000-4000-8000-000000000005'::uuid, 'open again, and mine');
select is((hand_back(pg_temp.thread(90))).status, 'ai', 'to the AI');
select throws_ok(format('select take_over(%L)', pg_temp.thread(1)), 'PT404', null, 'another organisation''s is not there');

select results_eq(
  format('select kind from conversation_events where conversation_id = %L order by created_at', pg_temp.thread(90)),
  array['taken', 'taken', 'requeued', 'taken', 'transferred', 'closed', 'reopened', 'handed_back'],
  'one audit line for each change of hands, none for a repeat');
select is(
  (select (snooze(pg_temp.thread(91), now() - interval '1 minute')).status), 'ai', 'snoozed until a minute ago');
select is(wake_due(), 1, 'woken once');
select is(wake_due(), 0, 'and not twice');

-- 92 has a customer who can hear; 90 and 91 have nobody.
insert into auth.users (id) values ('99999999-0000-4000-8000-000000000092');
insert into contacts (id, org_id, user_id, name) values ('d0000000-0000-4000-8000-000000000092',
  '70000000-0000-4000-8000-000000000000', '99999999-0000-4000-8000-000000000092', 'Rosa');
update conversations set contact_id = 'd0000000-0000-4000-8000-000000000092' where id = pg_temp.thread(92);
select take_over(pg_temp.thread(92)), take_over(pg_temp.thread(92)), set_priority(pg_temp.thread(92), 3),
  requeue(pg_temp.thread(92));
select results_eq(
  $$ select event, private, payload - 'id' from realtime.messages where topic like 'conversation:%' and event = 'status'
     and topic in (select 'conversation:' || pg_temp.thread(n) from generate_series(90, 92) n) $$,
  format($$ select 'status', true, '{"conversation_id": "%s"}'::jsonb from generate_series(1, 2) $$, pg_temp.thread(92)),
  'one hint for each change of hands, on the customer''s own topic, where there is somebody to hear it');
select throws_ok($$ select private.hint_standing() $$, '0A000', null, 'the hint is a trigger''s alone');

select * from finish();
rollback;
