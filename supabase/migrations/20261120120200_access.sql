-- Who may see what. Clients read under row-level security and write through functions alone.
--
-- Policies never raise (one that does loses everybody's row events) and call helpers as `(select helper())`, once per
-- statement instead of once per row. The helpers bypass row-level security because their owner does.

create or replace function private.my_org() returns uuid
language sql stable security definer set search_path = '' as $$
  select p.org_id from public.profiles p where p.id = (select auth.uid())
$$;
comment on function private.my_org is 'The organisation I work for; null for customers.';

create or replace function private.sees_all() returns boolean
language sql stable security definer set search_path = '' as $$
  select coalesce((
    select p.role <> 'agent' or o.settings ->> 'visibility' is distinct from 'assigned'
    from public.profiles p join public.organizations o on o.id = p.org_id
    where p.id = (select auth.uid())
  ), false)
$$;
comment on function private.sees_all is 'Whether I see conversations that colleagues have.';

create or replace function private.my_conversations() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(c.id), '{}')
  from public.contacts k join public.conversations c on c.contact_id = k.id
  where k.user_id = (select auth.uid())
$$;
comment on function private.my_conversations is 'The conversations in which I am the customer.';

-- Nothing is granted by default, whatever the project's default privileges say ------------------------------------

do $$
declare
  name text;
begin
  foreach name in array array[
    'organizations', 'profiles', 'contacts', 'conversations', 'conversation_tail', 'messages', 'conversation_events',
    'conversation_read_status', 'conversation_notes', 'labels', 'conversation_contact_labels', 'conversation_metadata',
    'templates'
  ] loop
    execute format('alter table public.%I enable row level security', name);
    execute format('revoke all on public.%I from public, anon, authenticated, service_role', name);
    execute format('grant select on public.%I to authenticated, service_role', name);
    execute format('drop policy if exists agents on public.%I', name);
  end loop;
end
$$;
alter table private.identity enable row level security;
alter table private.taken_next enable row level security;
alter table private.typing enable row level security;

-- The backend of a project sets these up. Conversations, messages and all that hangs on them are the functions' alone.
grant insert, update on public.organizations, public.profiles, public.contacts, public.labels, public.templates
  to service_role;

revoke all on all functions in schema private from public;
grant usage on schema private to authenticated, service_role;
grant execute on function private.my_org(), private.sees_all(), private.my_conversations()
  to anon, authenticated, service_role;

-- Policies ------------------------------------------------------------------------------------------------------------

create policy agents on public.organizations for select to authenticated
  using (id = (select private.my_org()));

create policy agents on public.profiles for select to authenticated
  using (org_id = (select private.my_org()));

create policy agents on public.conversations for select to authenticated
  using (
    org_id = (select private.my_org())
    and ((select private.sees_all()) or assigned_to is null or assigned_to = (select auth.uid()))
  );

create policy agents on public.contacts for select to authenticated
  using (
    org_id = (select private.my_org())
    and ((select private.sees_all()) or exists (select from public.conversations c where c.contact_id = contacts.id))
  );

create policy agents on public.labels for select to authenticated
  using (org_id = (select private.my_org()));

create policy agents on public.templates for select to authenticated
  using (org_id = (select private.my_org()) and (owner_id is null or owner_id = (select auth.uid())));

-- What hangs on a conversation is seen by those who see the conversation: its own policy decides inside `exists`.
do $$
declare
  name text;
begin
  foreach name in array array[
    'conversation_tail', 'messages', 'conversation_events', 'conversation_read_status', 'conversation_notes',
    'conversation_contact_labels', 'conversation_metadata'
  ] loop
    execute format(
      'create policy agents on public.%1$I for select to authenticated using ('
      'org_id = (select private.my_org()) and ((select private.sees_all()) or exists ('
      'select from public.conversations c where c.id = %1$I.conversation_id)))', name);
  end loop;
end
$$;

drop policy if exists customers on public.messages;
create policy customers on public.messages for select to authenticated
  using (conversation_id = any ((select private.my_conversations())::uuid[]));
