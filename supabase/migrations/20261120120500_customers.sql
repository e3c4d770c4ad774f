-- The customer's side: begin a conversation, ask for a person, see how it stands. Nothing else is theirs but messages.

create or replace function private.for_customer(c public.conversations) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('id', c.id, 'status', c.status, 'agent',
    (select p.display_name from public.profiles p where p.id = c.assigned_to))
  where c.id is not null
$$;
comment on function private.for_customer is 'All that a customer may know of a conversation.';

create or replace function private.customer_id() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  if auth.uid() is null or exists (select from public.profiles p where p.id = auth.uid()) then
    perform private.refuse('PT403', 'Only a customer can do this; sign in as one (anonymously is enough).');
  end if;
  return auth.uid();
end
$$;

create or replace function private.organization_of(org_id uuid) returns uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  found_ids uuid[] := array(
    select o.id from public.organizations o
    where organization_of.org_id is null or o.id = organization_of.org_id limit 2);
begin
  if cardinality(found_ids) <> 1 then
    perform private.refuse('PT404', case when organization_of.org_id is null and cardinality(found_ids) > 1
      then 'There are several organisations here; say which one (org_id).' else 'There is no such organisation.' end);
  end if;
  return found_ids[1];
end
$$;

create or replace function private.contact_of(user_id uuid, org_id uuid, name text) returns public.contacts
language plpgsql security definer set search_path = '' as $$
declare
  k public.contacts;
begin
  insert into public.contacts (org_id, user_id, name, email)
  select contact_of.org_id, u.id, left(contact_of.name, 200), left(nullif(u.email, ''), 320)
  from auth.users u where u.id = contact_of.user_id
  on conflict on constraint contacts_org_id_user_id_key do nothing;
  select * into k from public.contacts x
  where x.org_id = contact_of.org_id and x.user_id = contact_of.user_id for no key update;
  if k.id is null then
    perform private.refuse('PT401', 'Your account is gone; sign in again.');
  end if;
  if k.name is null and contact_of.name is not null then
    update public.contacts x set name = left(contact_of.name, 200) where x.id = k.id returning * into k;
  end if;
  return k;
end
$$;
comment on function private.contact_of is 'The customer of a user, made on their first visit; its row is locked.';

create or replace function public.start_conversation(
  id uuid, name text default null, subject text default null, channel text default 'web', org_id uuid default null
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me uuid := private.customer_id();
  k public.contacts := private.contact_of(
    me, private.organization_of(start_conversation.org_id), start_conversation.name);
  c public.conversations;
begin
  if k.blocked_at is not null then
    perform private.refuse('PT403', 'You can no longer write here.');
  end if;
  select * into c from public.conversations x where x.id = start_conversation.id;
  if c.id is not null and c.contact_id <> k.id then
    perform private.refuse('PT409', 'This id belongs to another conversation.');
  end if;
  if c.id is null then
    select * into c from public.conversations x where x.contact_id = k.id and x.status <> 'closed'
    order by x.created_at desc limit 1;
  end if;
  if c.id is null then
    insert into public.conversations (id, org_id, contact_id, subject, channel)
    values (coalesce(start_conversation.id, gen_random_uuid()), k.org_id, k.id, left(start_conversation.subject, 500),
            coalesce(nullif(left(start_conversation.channel, 50), ''), 'web'))
    returning * into c;
  end if;
  return private.for_customer(c);
exception when lock_not_available then
  perform private.refuse('PT503', 'Your conversation is being started elsewhere; it is busy, try again.');
end
$$;
comment on function public.start_conversation is 'My open conversation, or a new one: a customer has one at a time.';

create or replace function public.my_conversation() returns jsonb
language sql stable security definer set search_path = '' as $$
  select private.for_customer(c)
  from public.conversations c join public.contacts k on k.id = c.contact_id
  where k.user_id = auth.uid()
  order by c.status = 'closed', c.created_at desc limit 1
$$;
comment on function public.my_conversation is 'My open conversation, else the newest closed one, else null.';

create or replace function public.request_human(conversation_id uuid, handoff_reason text default null) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  c public.conversations := private.lock_conversation(request_human.conversation_id);
  -- The same question as who may speak there: agents, bots of this organisation, its customer.
  side public.message_sender := private.speak_as(c, null);
begin
  if side = 'agent' then
    perform private.refuse('PT403', 'Only the AI and the customer ask for a person; take it over or requeue it.');
  end if;
  if c.status = 'closed' then
    perform private.refuse('PT409', private.holder(c));
  end if;
  if c.status = 'ai' then
    c := private.move(c, 'requested', auth.uid(), 'waiting', null, left(request_human.handoff_reason, 500));
  end if;
  return case side when 'customer' then private.for_customer(c) else to_jsonb(c) end;
end
$$;

-- Customers may not read conversations, so no row event tells them of a change of hands. They get a hint, and ask. Each
-- one leaves half a kilobyte in realtime.messages for three days: none where nothing changed, or nobody can hear it.
create or replace function private.hint_standing() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.contacts k where k.id = new.contact_id and k.user_id is not null) then
    perform realtime.send(
      jsonb_build_object('conversation_id', new.id), 'status', 'conversation:' || new.id, true);
  end if;
  return null;
end
$$;

create or replace trigger hint_standing after update of status, assigned_to on public.conversations
  for each row when ((old.status, old.assigned_to) is distinct from (new.status, new.assigned_to))
  execute function private.hint_standing();
