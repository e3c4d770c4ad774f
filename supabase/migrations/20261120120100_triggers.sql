-- What no writer can choose: version, sync_xid, org_id, seq. And the fence around people's conversations.

create or replace function private.refuse(code text, sentence text) returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = code, message = sentence;
end
$$;
comment on function private.refuse is
  'Ends the transaction with an HTTP status (PT409 is 409) and a sentence for a person.';

create or replace function private.stamp() returns trigger language plpgsql set search_path = '' as $$
begin
  new.sync_xid := pg_current_xact_id();
  if tg_op = 'INSERT' then
    new.version := 1;
    -- An import brings its own times; the functions that clients call never pass one.
    new.created_at := coalesce(new.created_at, clock_timestamp());
    new.updated_at := new.created_at;
  else
    new.version := old.version + 1;
    new.updated_at := clock_timestamp();
  end if;
  return new;
end
$$;

create or replace function private.belong() returns trigger language plpgsql set search_path = '' as $$
begin
  select c.org_id into new.org_id from public.conversations c where c.id = new.conversation_id;
  return new;
end
$$;
comment on function private.belong is 'A row of a conversation belongs to the conversation''s organisation.';

create or replace function private.begin_tail() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.conversation_tail (conversation_id, org_id) values (new.id, new.org_id);
  return null;
end
$$;

create or replace function private.holder(c public.conversations) returns text
language sql stable security definer set search_path = '' as $$
  select case c.status
    when 'active' then coalesce((select p.display_name from public.profiles p where p.id = c.assigned_to), 'Somebody')
      || ' has this conversation.'
    when 'waiting' then 'This conversation is waiting for a person.'
    when 'closed' then 'This conversation is closed.'
    else 'The AI has this conversation.'
  end
$$;
comment on function private.holder is 'One sentence: who has a conversation now.';

-- Under the conversation's lock: fences the AI, then numbers the message. `created_at` is a time after the lock, so it
-- never runs against `seq`.
create or replace function private.number_message() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  c public.conversations;
begin
  select * into c from public.conversations x where x.id = new.conversation_id for no key update;
  if c.id is null then
    perform private.refuse('PT404', 'There is no such conversation.');
  end if;
  if new.sender_type = 'ai' and c.status <> 'ai' then
    perform private.refuse('PT409', private.holder(c));
  end if;
  new.created_at := coalesce(new.created_at, clock_timestamp());
  update public.conversation_tail t
  set last_seq = t.last_seq + 1,
      inbound_count = t.inbound_count + (new.sender_type = 'customer')::integer,
      last_message_at = new.created_at,
      last_message_preview = left(new.body, 200),
      last_sender_type = new.sender_type
  where t.conversation_id = c.id
  returning t.org_id, t.last_seq, t.inbound_count into new.org_id, new.seq, new.inbound_no;
  return new;
end
$$;

do $$
declare
  name text;
begin
  foreach name in array array[
    'organizations', 'profiles', 'contacts', 'conversations', 'conversation_tail', 'messages', 'conversation_events',
    'conversation_read_status', 'conversation_notes', 'labels', 'conversation_contact_labels', 'conversation_metadata',
    'templates'
  ] loop
    execute format(
      'create or replace trigger stamp before insert or update on public.%I '
      'for each row execute function private.stamp()',
      name);
  end loop;
  foreach name in array array[
    'conversation_events', 'conversation_read_status', 'conversation_notes', 'conversation_contact_labels',
    'conversation_metadata'
  ] loop
    execute format(
      'create or replace trigger belong before insert on public.%I '
      'for each row execute function private.belong()', name);
  end loop;
end
$$;

create or replace trigger begin_tail after insert on public.conversations
  for each row execute function private.begin_tail();
create or replace trigger number_message before insert on public.messages
  for each row execute function private.number_message();
