-- Tables, types and triggers are as clients expect them.
begin;
create extension if not exists pgtap with schema extensions;
select no_plan();

select tables_are('public', array[
  'organizations', 'profiles', 'contacts', 'conversations', 'conversation_tail', 'messages', 'conversation_events',
  'conversation_read_status', 'conversation_notes', 'labels', 'conversation_contact_labels', 'conversation_metadata',
  'templates']);
select enum_has_labels('public', 'conversation_status', array['ai', 'waiting', 'active', 'closed']);
select enum_has_labels('public', 'message_sender', array['customer', 'agent', 'ai', 'system']);
select enum_has_labels('public', 'profile_role', array['agent', 'admin', 'bot']);

select has_column('public', t, c, format('%s.%s', t, c))
from unnest(array[
  'organizations', 'profiles', 'contacts', 'conversations', 'conversation_tail', 'messages', 'conversation_events',
  'conversation_read_status', 'conversation_notes', 'labels', 'conversation_contact_labels', 'conversation_metadata',
  'templates']) t,
  unnest(array['org_id', 'created_at', 'updated_at', 'version', 'sync_xid']) c;
select has_trigger('public', t::name, 'stamp', t || ' is stamped')
from unnest(array[
  'organizations', 'profiles', 'contacts', 'conversations', 'conversation_tail', 'messages', 'conversation_events',
  'conversation_read_status', 'conversation_notes', 'labels', 'conversation_contact_labels', 'conversation_metadata',
  'templates']) t;

select col_type_is('public', 'profiles', 'notifications_enabled', 'boolean', 'a switch');
select col_not_null('public', 'profiles', 'notifications_enabled', 'the switch is never unknown');
select col_default_is('public', 'profiles', 'notifications_enabled', 'true', 'on at first');
select col_default_is('public', 'conversations', 'status', 'ai', 'a conversation begins with the AI');
select col_is_unique('public', 'messages', array['conversation_id', 'seq'], 'no number twice');
select col_is_pk('public', 'conversation_tail', 'conversation_id', 'one tail each');
select col_is_pk('public', 'conversation_read_status', array['conversation_id', 'user_id'], 'one mark each');
select indexes_are('public', 'conversation_tail', array['conversation_tail_pkey'], 'updates of the tail stay on their page');

select throws_ok(
  $$ update conversations set assigned_to = null where status = 'active' $$, '23514', null,
  'what is active is assigned');
select throws_ok(
  $$ update conversations set waiting_since = now() where status = 'ai' $$, '23514', null,
  'what has no queue has no waiting time');
select throws_ok(
  $$ update organizations set settings = '{"visibility": "some"}' $$, '23514', null, 'a setting is one of its values');

select is(public.chattui_schema_version(), 1, 'a client can ask for the version');
select * from finish();
rollback;
