-- Private channels, the publication, and who may call what.

-- Agents read and write org:<org_id>. Customers read conversation:<id> and write nowhere: what they have to say to
-- agents goes through functions, so that no frame of a customer's own making reaches an agent.
drop policy if exists "agents listen" on realtime.messages;
create policy "agents listen" on realtime.messages for select to authenticated
  using ((select realtime.topic()) = 'org:' || (select private.my_org())::text);

drop policy if exists "agents speak" on realtime.messages;
create policy "agents speak" on realtime.messages for insert to authenticated
  with check ((select realtime.topic()) = 'org:' || (select private.my_org())::text);

-- Building the names of my own topics instead of reading the id out of the asked one: no cast that could raise.
drop policy if exists "customers listen" on realtime.messages;
create policy "customers listen" on realtime.messages for select to authenticated
  using ((select realtime.topic()) in (
    select 'conversation:' || mine.id from unnest((select private.my_conversations())) as mine(id)));

do $$
declare
  name text;
begin
  foreach name in array array[
    'profiles', 'contacts', 'conversations', 'messages', 'conversation_events', 'conversation_read_status',
    'conversation_notes', 'labels', 'conversation_contact_labels', 'conversation_metadata', 'templates'
  ] loop
    if not exists (
      select from pg_publication_tables
      where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = name
    ) then
      execute format('alter publication supabase_realtime add table public.%I', name);
    end if;
  end loop;
end
$$;

-- Functions: nothing to anon, whatever the default privileges were; the shared ones to nobody but policies' callers.
revoke all on all functions in schema private from public, anon, authenticated, service_role;
grant execute on function private.my_org(), private.sees_all(), private.my_conversations()
  to anon, authenticated, service_role;
revoke all on all tables in schema private from public, anon, authenticated, service_role;

do $$
declare
  f record;
begin
  for f in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (
      'take_over', 'hand_back', 'requeue', 'transfer', 'close_conversation', 'reopen', 'take_next', 'snooze',
      'wake_due', 'set_priority', 'insert_message', 'add_note', 'set_label', 'mark_read', 'typing', 'update_contact',
      'update_profile', 'set_metadata', 'start_conversation', 'my_conversation', 'request_human', 'snapshot', 'sync',
      'page', 'search_messages', 'chattui_schema_version')
  loop
    execute format('revoke all on function %s from public, anon, authenticated, service_role', f.signature);
    execute format('grant execute on function %s to authenticated, service_role', f.signature);
  end loop;
end
$$;

notify pgrst, 'reload schema';
