-- What is said: messages, notes, labels, read marks, typing, and what is known of a customer.

create or replace function private.is_my_conversation(conversation_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.conversations c join public.contacts k on k.id = c.contact_id
    where c.id = is_my_conversation.conversation_id and k.user_id = auth.uid())
$$;
comment on function private.is_my_conversation is 'Whether I am its customer.';

create or replace function private.no_such_conversation() returns void
language sql set search_path = '' as $$
  select private.refuse('PT404', 'There is no such conversation, or it is not yours to see.')
$$;

create or replace function private.speak_as(c public.conversations, wanted public.message_sender)
returns public.message_sender
language plpgsql stable security definer set search_path = '' as $$
declare
  me public.profiles;
  side public.message_sender := 'ai';
begin
  select * into me from public.profiles p where p.id = auth.uid();
  if me.id is not null then
    if not private.visible_to(c, me) then
      perform private.no_such_conversation();
    end if;
    side := case me.role when 'bot' then 'ai' else 'agent' end;
  elsif not private.is_service() then
    if not private.is_my_conversation(c.id) then
      perform private.no_such_conversation();
    end if;
    side := 'customer';
  end if;
  if wanted is null or wanted = side or (side = 'ai' and wanted = 'system') then
    return coalesce(wanted, side);
  end if;
  perform private.refuse('PT403', format('You can not write as %s here.', wanted));
end
$$;
comment on function private.speak_as is
  'On which side of a conversation the caller speaks; refuses strangers and wrong claims.';

create or replace function private.admit_message(c public.conversations, side public.message_sender) returns void
language plpgsql security definer set search_path = '' as $$
declare
  reopen_to public.conversation_status;
begin
  if side = 'agent' and c.assigned_to is distinct from auth.uid() then
    if c.status in ('ai', 'waiting') then
      perform private.refuse('PT409', private.holder(c) || ' Take it over first.');
    end if;
    perform private.refuse_if_closed(c);
    perform private.refuse('PT409', private.holder(c));
  elsif side = 'system' then
    perform private.refuse_if_closed(c);
  elsif side = 'customer' then
    if exists (select from public.contacts k where k.id = c.contact_id and k.blocked_at is not null) then
      perform private.refuse('PT403', 'You can no longer write here.');
    end if;
    if c.status = 'closed' then
      select coalesce(o.settings ->> 'reopen_to', 'ai')::public.conversation_status into reopen_to
      from public.organizations o where o.id = c.org_id;
      perform private.move(c, 'reopened', auth.uid(), reopen_to);
    end if;
  end if;
end
$$;
comment on function private.admit_message is
  'Refuses who may not write now; opens a closed conversation for its customer. The trigger fences the AI.';

create or replace function private.refuse_bad_text(body text, what text) returns void
language plpgsql set search_path = '' as $$
begin
  if body is null or char_length(body) not between 1 and 10000 then
    perform private.refuse('PT409',
      format('%s has 1 to 10,000 characters; this one has %s.', what, coalesce(char_length(body), 0)));
  end if;
end
$$;

create or replace function private.announce(m public.messages) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.organizations o where o.id = m.org_id and o.settings -> 'notify' = 'true') then
    perform pg_notify('chat_messages', json_build_object(
      'org_id', m.org_id, 'conversation_id', m.conversation_id, 'id', m.id, 'seq', m.seq)::text);
  end if;
end
$$;
comment on function private.announce is 'Ids and seq only: a payload above 8,000 bytes would fail the message.';

create or replace function public.insert_message(
  id uuid, conversation_id uuid, body text, metadata jsonb default '{}', sender_type public.message_sender default null
) returns public.messages
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  -- Lock, look, then insert: `on conflict do nothing` would run the numbering first and leave a hole.
  c public.conversations := private.lock_conversation(insert_message.conversation_id, 'PT503');
  side public.message_sender := private.speak_as(c, insert_message.sender_type);
  m public.messages;
begin
  select * into m from public.messages x where x.id = insert_message.id;
  if m.id is not null then
    if (m.conversation_id, m.sender_type, m.body) = (c.id, side, insert_message.body)
       and m.sender_id is not distinct from auth.uid() then
      return m;
    end if;
    perform private.refuse('PT409', 'This id belongs to another message.');
  end if;
  perform private.refuse_bad_text(insert_message.body, 'A message');
  if octet_length(insert_message.metadata::text) > 16384 then
    perform private.refuse('PT409', 'The metadata of a message has at most 16,384 bytes.');
  end if;
  perform private.admit_message(c, side);
  insert into public.messages (id, conversation_id, sender_type, sender_id, body, metadata)
  values (coalesce(insert_message.id, gen_random_uuid()), c.id, side, auth.uid(), insert_message.body,
          coalesce(insert_message.metadata, '{}'))
  returning * into m;
  perform private.announce(m);
  return m;
end
$$;

create or replace function public.add_note(id uuid, conversation_id uuid, body text, mentions uuid[] default '{}')
returns public.conversation_notes
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.me();
  c public.conversations := private.lock_for(me, add_note.conversation_id, 'PT503');
  n public.conversation_notes;
begin
  select * into n from public.conversation_notes x where x.id = add_note.id;
  if n.id is not null then
    if (n.conversation_id, n.author_id, n.body) = (c.id, me.id, add_note.body) then
      return n;
    end if;
    perform private.refuse('PT409', 'This id belongs to another note.');
  end if;
  perform private.refuse_bad_text(add_note.body, 'A note');
  insert into public.conversation_notes (id, conversation_id, after_seq, author_id, body, mentions)
  select coalesce(add_note.id, gen_random_uuid()), c.id, t.last_seq, me.id, add_note.body,
    array(select p.id from public.profiles p
          where p.id = any (add_note.mentions) and p.org_id = me.org_id order by p.id)
  from public.conversation_tail t where t.conversation_id = c.id
  returning * into n;
  return n;
end
$$;

create or replace function public.set_label(conversation_id uuid, label_id uuid, present boolean)
returns public.conversation_contact_labels
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.me();
  c public.conversations := private.lock_for(me, set_label.conversation_id, 'PT503');
  l public.conversation_contact_labels;
begin
  if not exists (
    select from public.labels x where x.id = set_label.label_id and x.org_id = me.org_id
      and (x.deleted_at is null or not set_label.present)
  ) then
    perform private.refuse('PT404', 'There is no such label.');
  end if;
  select * into l from public.conversation_contact_labels x
  where x.conversation_id = c.id and x.label_id = set_label.label_id;
  if l.id is not null and (l.removed_at is null) = set_label.present then
    return l;
  end if;
  insert into public.conversation_contact_labels as x (conversation_id, contact_id, label_id, added_by, removed_at)
  values (c.id, c.contact_id, set_label.label_id, me.id, case when not set_label.present then clock_timestamp() end)
  on conflict on constraint conversation_contact_labels_conversation_id_label_id_key do update
  set removed_at = excluded.removed_at,
      added_by = case when set_label.present then excluded.added_by else x.added_by end
  returning * into l;
  perform private.record_event(c, case when set_label.present then 'labelled' else 'unlabelled' end, me.id,
    jsonb_build_object('label_id', l.label_id));
  return l;
end
$$;

create or replace function private.refuse_reader(conversation_id uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if private.is_my_conversation(refuse_reader.conversation_id) then
    return;
  end if;
  if not exists (
    select from public.profiles p, public.conversations c
    where p.id = auth.uid() and c.id = refuse_reader.conversation_id and private.visible_to(c, p)
  ) then
    perform private.no_such_conversation();
  end if;
end
$$;
comment on function private.refuse_reader is 'Refuses whoever may not read a conversation, customer or colleague.';

create or replace function public.mark_read(conversation_id uuid, last_read_seq integer)
returns public.conversation_read_status
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  mark public.conversation_read_status;
begin
  perform private.refuse_reader(mark_read.conversation_id);
  insert into public.conversation_read_status as r
    (conversation_id, user_id, last_read_seq, last_read_inbound, last_read_at)
  select t.conversation_id, auth.uid(), s.seq, coalesce(m.inbound_no, 0), clock_timestamp()
  from public.conversation_tail t
  cross join lateral (select greatest(0, least(coalesce(mark_read.last_read_seq, 0), t.last_seq)) as seq) s
  left join public.messages m on m.conversation_id = t.conversation_id and m.seq = s.seq
  where t.conversation_id = mark_read.conversation_id
  on conflict on constraint conversation_read_status_pkey do update
  set last_read_seq = excluded.last_read_seq, last_read_inbound = excluded.last_read_inbound,
      last_read_at = excluded.last_read_at
  where excluded.last_read_seq > r.last_read_seq
  returning * into mark;
  if mark.user_id is null then
    select * into mark from public.conversation_read_status r
    where r.conversation_id = mark_read.conversation_id and r.user_id = auth.uid();
  elsif private.my_org() is null then
    perform realtime.send(
      jsonb_build_object('conversation_id', mark.conversation_id, 'user_id', mark.user_id,
                         'last_read_seq', mark.last_read_seq), 'read', 'org:' || mark.org_id, true);
  end if;
  return mark;
exception when lock_not_available then
  perform private.refuse('PT503', 'Your read mark is being moved elsewhere; it is busy, try again.');
end
$$;

-- Each call leaves half a kilobyte in realtime.messages for three days, hence not more than one in 2 s says the same.
create or replace function private.typing_is_news(conversation_id uuid, is_typing boolean) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  insert into private.typing as t (conversation_id, user_id, is_typing, said_at)
  values (typing_is_news.conversation_id, auth.uid(), typing_is_news.is_typing, clock_timestamp())
  on conflict on constraint typing_pkey do update
  set is_typing = excluded.is_typing, said_at = excluded.said_at
  where t.is_typing <> excluded.is_typing or t.said_at <= clock_timestamp() - interval '2 seconds';
  return found;
end
$$;

create or replace function public.typing(conversation_id uuid, is_typing boolean) returns void
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  c public.conversations;
  said jsonb := jsonb_build_object(
    'conversation_id', typing.conversation_id, 'is_typing', coalesce(typing.is_typing, false));
  customer boolean := private.is_my_conversation(typing.conversation_id);
begin
  perform private.refuse_reader(typing.conversation_id);
  select * into c from public.conversations x where x.id = typing.conversation_id;
  -- To the customer only who may write to them is typing: the holder, or a bot while the AI has it.
  if not customer and c.assigned_to is distinct from auth.uid()
     and not (c.status = 'ai' and (private.me()).role = 'bot') then
    return;
  end if;
  if private.typing_is_news(c.id, coalesce(typing.is_typing, false)) then
    perform realtime.send(
      case when customer then said || jsonb_build_object('user_id', auth.uid()) else said end,
      'typing', case when customer then 'org:' || c.org_id else 'conversation:' || c.id end, true);
  end if;
exception when lock_not_available then
  return;
end
$$;

create or replace function public.update_contact(
  contact_id uuid, name text default null, email text default null, phone text default null,
  attributes jsonb default null, blocked boolean default null
) returns public.contacts
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  k public.contacts;
begin
  update public.contacts x
  set name = coalesce(update_contact.name, x.name),
      email = coalesce(update_contact.email, x.email),
      phone = coalesce(update_contact.phone, x.phone),
      attributes = coalesce(update_contact.attributes, x.attributes),
      blocked_at = case update_contact.blocked when true then coalesce(x.blocked_at, clock_timestamp())
                     when false then null else x.blocked_at end
  where x.id = update_contact.contact_id and x.org_id = me.org_id
    and (private.sees_all() or exists (
      select from public.conversations c where c.contact_id = x.id and private.visible_to(c, me)))
  returning * into k;
  if k.id is null then
    perform private.refuse('PT404', 'There is no such customer, or they are not yours to see.');
  end if;
  return k;
exception
  when lock_not_available then
    perform private.refuse('PT409', 'Somebody else is changing this customer; it is busy, try again.');
  when check_violation then
    perform private.refuse('PT409',
      'That is too long: a name has 200 characters at most, an address 320, a phone number 50.');
end
$$;

create or replace function public.update_profile(
  availability public.availability default null, notifications_enabled boolean default null
) returns public.profiles
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.me();
begin
  update public.profiles p
  set availability = coalesce(update_profile.availability, p.availability),
      notifications_enabled = coalesce(update_profile.notifications_enabled, p.notifications_enabled)
  where p.id = me.id
    and (p.availability, p.notifications_enabled) is distinct from
        (coalesce(update_profile.availability, p.availability),
         coalesce(update_profile.notifications_enabled, p.notifications_enabled))
  returning * into me;
  return private.me();
exception when lock_not_available then
  perform private.refuse('PT409', 'Your profile is being changed elsewhere; it is busy, try again.');
end
$$;

create or replace function public.set_metadata(
  conversation_id uuid, summary text default null, sentiment text default null, intent text default null,
  language text default null, data jsonb default null
) returns public.conversation_metadata
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  c public.conversations;
  known public.conversation_metadata;
begin
  if not private.is_service() and (private.me()).role <> 'bot' then
    perform private.refuse('PT403', 'Only bots write what the AI makes of a conversation.');
  end if;
  c := private.lock_conversation(set_metadata.conversation_id, 'PT503');
  if not private.is_service() and not private.visible_to(c, private.me()) then
    perform private.no_such_conversation();
  end if;
  insert into public.conversation_metadata as x (conversation_id, summary, sentiment, intent, language, data)
  values (c.id, set_metadata.summary, set_metadata.sentiment, set_metadata.intent, set_metadata.language,
          coalesce(set_metadata.data, '{}'))
  on conflict on constraint conversation_metadata_pkey do update
  set summary = coalesce(set_metadata.summary, x.summary),
      sentiment = coalesce(set_metadata.sentiment, x.sentiment),
      intent = coalesce(set_metadata.intent, x.intent),
      language = coalesce(set_metadata.language, x.language),
      data = coalesce(set_metadata.data, x.data)
  returning * into known;
  return known;
exception when check_violation then
  perform private.refuse('PT409',
    'That is too long: a summary has 2,000 characters at most, an intent 200, a sentiment 50.');
end
$$;
