-- Numbers without holes, one row for each send, and the fence.
begin;
create extension if not exists pgtap with schema extensions;
select no_plan();

create function pg_temp.sign_in(sub text, role text default 'authenticated') returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object('sub', sub, 'role', role))::text, true)
$$;
create temporary table t as select 'c0000000-0000-4000-8000-000000000099'::uuid as id;
insert into organizations (id, name, slug) values ('70000000-0000-4000-8000-000000000000', 'Test', 'message-test');
insert into auth.users (id) values ('a0000000-0000-4000-8000-000000000005'), ('99999999-0000-4000-8000-000000000001');
insert into profiles (id, org_id, display_name)
values ('a0000000-0000-4000-8000-000000000005', '70000000-0000-4000-8000-000000000000', 'Eva');

select pg_temp.sign_in('99999999-0000-4000-8000-000000000001');
select is(start_conversation('c0000000-0000-4000-8000-000000000099', 'Rosa', org_id => '70000000-0000-4000-8000-000000000000'),
  '{"id": "c0000000-0000-4000-8000-000000000099", "agent": null, "status": "ai"}'::jsonb, 'a customer begins');
select is((insert_message('11111111-0000-4000-8000-000000000001', t.id, 'one')).seq, 1, 'first') from t;
select is((insert_message('11111111-0000-4000-8000-000000000001', t.id, 'one')).seq, 1, 'a retry answers the row') from t;
select throws_ok(format('select insert_message(%L, %L, %L)', '11111111-0000-4000-8000-000000000001', id, 'other'),
  'PT409', 'This id belongs to another message.') from t;
select throws_ok(format('select insert_message(%L, %L, %L)', '11111111-0000-4000-8000-000000000009', id, ''),
  'PT409', 'A message has 1 to 10,000 characters; this one has 0.') from t;
select throws_ok(format('select insert_message(%L, %L, %L, sender_type => %L)', '11111111-0000-4000-8000-000000000009', id, 'x', 'agent'),
  'PT403', null, 'a customer is not an agent') from t;

select pg_temp.sign_in(null, 'service_role');
select is((insert_message('11111111-0000-4000-8000-000000000002', t.id, 'two')).sender_type, 'ai', 'a backend speaks as the AI') from t;
select pg_temp.sign_in('a0000000-0000-4000-8000-000000000005');
select throws_ok(format('select insert_message(%L, %L, %L)', '11111111-0000-4000-8000-000000000003', id, 'three'),
  'PT409', 'The AI has this conversation. Take it over first.') from t;
select take_over(t.id) from t;
select is((insert_message('11111111-0000-4000-8000-000000000003', t.id, 'three')).seq, 3, 'refusals leave no hole') from t;
select pg_temp.sign_in(null, 'service_role');
select throws_ok(format('select insert_message(%L, %L, %L)', '11111111-0000-4000-8000-000000000004', id, 'four'),
  'PT409', 'Eva has this conversation.', 'the fence') from t;
select throws_ok(
  format('insert into messages (id, conversation_id, sender_type, body) values (gen_random_uuid(), %L, %L, %L)', id, 'ai', 'x'),
  'PT409', 'Eva has this conversation.', 'the fence is the table''s own') from t;

savepoint undone;
select insert_message(gen_random_uuid(), t.id, 'a system line', sender_type => 'system') from t;
rollback to undone;
select pg_temp.sign_in('99999999-0000-4000-8000-000000000001');
select is((insert_message('11111111-0000-4000-8000-000000000005', t.id, 'five')).seq, 4, 'what is undone leaves no hole') from t;
select is((mark_read(t.id, 900)).last_read_seq, 4, 'read to the end, not further') from t;
select is((mark_read(t.id, 2)).last_read_seq, 4, 'a mark never moves back') from t;
select is((mark_read(t.id, 4)).version, 1::bigint, 'nor is it written again') from t;
select results_eq(
  $$ select seq, inbound_no from messages where conversation_id = 'c0000000-0000-4000-8000-000000000099' order by seq $$,
  $$ values (1, 1), (2, 1), (3, 1), (4, 2) $$, 'seq, and the customer''s own count');
select results_eq(
  $$ select last_seq, inbound_count, last_sender_type::text, last_message_preview from conversation_tail
     where conversation_id = 'c0000000-0000-4000-8000-000000000099' $$,
  $$ values (4, 2, 'customer', 'five') $$, 'the tail');

update messages set body = 'edited', version = 77, sync_xid = '1', updated_at = 'epoch'
where id = '11111111-0000-4000-8000-000000000001';
select results_eq(
  $$ select version, sync_xid = pg_current_xact_id(), updated_at > now() - interval '1 minute' from messages
     where id = '11111111-0000-4000-8000-000000000001' $$,
  $$ values (2::bigint, true, true) $$, 'nobody chooses a version or a sync_xid');

select typing(t.id, true), typing(t.id, true) from t;
select is((select count(*)::integer from realtime.messages where event = 'typing' and inserted_at > now() - interval '1 minute'
  and topic = 'org:70000000-0000-4000-8000-000000000000'), 1, 'said twice within two seconds, sent once');
select is((select payload - 'id' from realtime.messages where event = 'read'
  and topic = 'org:70000000-0000-4000-8000-000000000000'),
  '{"user_id": "99999999-0000-4000-8000-000000000001", "last_read_seq": 4, "conversation_id": "c0000000-0000-4000-8000-000000000099"}',
  'agents hear what a customer has read');

select pg_temp.sign_in('a0000000-0000-4000-8000-000000000005');
select close_conversation(t.id) from t;
select pg_temp.sign_in('99999999-0000-4000-8000-000000000001');
select is((insert_message('11111111-0000-4000-8000-000000000006', t.id, 'six')).seq, 5, 'a customer comes back') from t;
select is(my_conversation() ->> 'status', 'ai', 'and is with the AI again');
select * from finish();
rollback;
