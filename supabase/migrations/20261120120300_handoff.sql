-- Who has a conversation: every change of hands, decided under the conversation's row lock.
--
-- Each function answers the row as it now is, or refuses with PT403, PT404 or PT409 and a sentence. Asking again for
-- what already holds answers the row.

-- Who asks ----------------------------------------------------------------------------------------------------------

create or replace function private.me() returns public.profiles
language plpgsql stable security definer set search_path = '' as $$
declare
  me public.profiles;
begin
  select * into me from public.profiles p where p.id = auth.uid();
  if me.id is null then
    perform private.refuse('PT403', 'You have no profile in this project; an admin has to add you.');
  end if;
  return me;
end
$$;

create or replace function private.agent() returns public.profiles
language plpgsql stable security definer set search_path = '' as $$
declare
  me public.profiles := private.me();
begin
  if me.role = 'bot' then
    perform private.refuse('PT403', 'Only people can do this; you are signed in as a bot.');
  end if;
  return me;
end
$$;
comment on function private.agent is 'Me, who am an agent or an admin.';

create or replace function private.is_service() returns boolean
language sql stable set search_path = '' as $$ select coalesce(auth.role() = 'service_role', false) $$;

create or replace function private.visible_to(c public.conversations, me public.profiles) returns boolean
language sql stable security definer set search_path = '' as $$
  select c.org_id = me.org_id
    and (c.assigned_to is null or c.assigned_to = me.id or me.role <> 'agent'
         or (select o.settings ->> 'visibility' from public.organizations o where o.id = me.org_id)
            is distinct from 'assigned')
$$;

-- One conversation at a time ------------------------------------------------------------------------------------------

create or replace function private.lock_conversation(conversation_id uuid, busy text default 'PT409')
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  c public.conversations;
begin
  -- Not `for update`: behind that a read mark would wait for its foreign key.
  select * into c from public.conversations x where x.id = lock_conversation.conversation_id for no key update;
  if c.id is null then
    perform private.refuse('PT404', 'There is no such conversation, or it is not yours to see.');
  end if;
  return c;
exception when lock_not_available then
  perform private.refuse(busy, 'Somebody else is changing this conversation; it is busy, try again.');
end
$$;
comment on function private.lock_conversation is
  'Refuses with `busy` after 400 ms: PT503 where a client repeats by itself, PT409 where a person does.';

create or replace function private.lock_for(me public.profiles, conversation_id uuid, busy text default 'PT409')
returns public.conversations
language plpgsql security definer set search_path = '' as $$
declare
  c public.conversations := private.lock_conversation(lock_for.conversation_id, lock_for.busy);
begin
  if not private.visible_to(c, me) then
    perform private.refuse('PT404', 'There is no such conversation, or it is not yours to see.');
  end if;
  return c;
end
$$;

create or replace function private.refuse_if_closed(c public.conversations) returns void
language plpgsql set search_path = '' as $$
begin
  if c.status = 'closed' then
    perform private.refuse('PT409', 'This conversation is closed; reopen it first.');
  end if;
end
$$;

create or replace function private.refuse_if_held(c public.conversations, me public.profiles, force boolean)
returns void language plpgsql security definer set search_path = '' as $$
begin
  if c.status = 'active' and c.assigned_to <> me.id and not (coalesce(force, false) and me.role = 'admin') then
    perform private.refuse('PT409', private.holder(c));
  end if;
end
$$;

create or replace function private.record_event(
  c public.conversations, kind text, actor_id uuid, data jsonb default '{}'
) returns void language sql security definer set search_path = '' as $$
  insert into public.conversation_events (conversation_id, after_seq, kind, actor_id, data)
  select t.conversation_id, t.last_seq, record_event.kind, record_event.actor_id, jsonb_strip_nulls(record_event.data)
  from public.conversation_tail t where t.conversation_id = (record_event.c).id
$$;

create or replace function private.move(
  c public.conversations, kind text, actor_id uuid, status public.conversation_status,
  assigned_to uuid default null, reason text default null
) returns public.conversations
language plpgsql security definer set search_path = '' as $$
declare
  moved public.conversations;
begin
  update public.conversations x
  set status = move.status,
      assigned_to = move.assigned_to,
      last_agent_id = coalesce(move.assigned_to, c.assigned_to, x.last_agent_id),
      waiting_since = case when move.status = 'waiting' then clock_timestamp() end,
      handoff_reason = case move.status when 'waiting' then move.reason when 'active' then x.handoff_reason end,
      snoozed_until = null,
      closed_at = case when move.status = 'closed' then clock_timestamp() end,
      closed_by = case when move.status = 'closed' then move.actor_id end
  where x.id = c.id
  returning * into moved;
  perform private.record_event(moved, move.kind, move.actor_id, jsonb_build_object(
    'from_status', c.status, 'previous_agent', c.assigned_to, 'assigned_to', move.assigned_to, 'reason', move.reason));
  return moved;
end
$$;
comment on function private.move is
  'Changes hands and writes the audit line. The caller holds the lock and has checked.';

-- The transitions -----------------------------------------------------------------------------------------------------

create or replace function public.take_over(conversation_id uuid, force boolean default false)
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  c public.conversations := private.lock_for(me, take_over.conversation_id);
begin
  if c.assigned_to = me.id then
    return c;
  end if;
  perform private.refuse_if_closed(c);
  perform private.refuse_if_held(c, me, force);
  return private.move(c, 'taken', me.id, 'active', me.id);
end
$$;

create or replace function public.hand_back(conversation_id uuid, force boolean default false)
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  c public.conversations := private.lock_for(me, hand_back.conversation_id);
begin
  if c.status = 'ai' then
    return c;
  end if;
  perform private.refuse_if_closed(c);
  perform private.refuse_if_held(c, me, force);
  return private.move(c, 'handed_back', me.id, 'ai');
end
$$;

create or replace function public.requeue(conversation_id uuid, force boolean default false)
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  c public.conversations := private.lock_for(me, requeue.conversation_id);
begin
  if c.status = 'waiting' then
    return c;
  end if;
  perform private.refuse_if_closed(c);
  perform private.refuse_if_held(c, me, force);
  return private.move(c, 'requeued', me.id, 'waiting');
end
$$;

create or replace function public.transfer(conversation_id uuid, assigned_to uuid, force boolean default false)
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  c public.conversations := private.lock_for(me, transfer.conversation_id);
begin
  if not exists (
    select from public.profiles p where p.id = transfer.assigned_to and p.org_id = me.org_id and p.role <> 'bot'
  ) then
    perform private.refuse('PT404', 'There is no such colleague.');
  end if;
  if c.assigned_to = transfer.assigned_to then
    return c;
  end if;
  perform private.refuse_if_closed(c);
  perform private.refuse_if_held(c, me, force);
  return private.move(c, 'transferred', me.id, 'active', transfer.assigned_to);
end
$$;

create or replace function public.close_conversation(conversation_id uuid, force boolean default false)
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  c public.conversations := private.lock_for(me, close_conversation.conversation_id);
begin
  if c.status = 'closed' then
    return c;
  end if;
  perform private.refuse_if_held(c, me, force);
  return private.move(c, 'closed', me.id, 'closed');
end
$$;

create or replace function public.reopen(conversation_id uuid) returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  c public.conversations := private.lock_for(me, reopen.conversation_id);
begin
  if c.status <> 'closed' then
    return c;
  end if;
  return private.move(c, 'reopened', me.id, 'active', me.id);
end
$$;

-- The oldest waiting --------------------------------------------------------------------------------------------------

create or replace function private.oldest_waiting(org_id uuid) returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  c public.conversations;
begin
  select * into c from public.conversations x
  where x.org_id = oldest_waiting.org_id and x.status = 'waiting' and coalesce(x.snoozed_until <= now(), true)
  order by x.waiting_since, x.id limit 1 for no key update skip locked;
  if c.id is null then
    -- Every waiting row may be locked by somebody who then does not take it: wait for the oldest.
    select * into c from public.conversations x
    where x.org_id = oldest_waiting.org_id and x.status = 'waiting' and coalesce(x.snoozed_until <= now(), true)
    order by x.waiting_since, x.id limit 1 for no key update;
  end if;
  return c;
end
$$;

create or replace function private.anybody_waiting(org_id uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
  select exists (
    select from public.conversations x
    where x.org_id = anybody_waiting.org_id and x.status = 'waiting' and coalesce(x.snoozed_until <= now(), true))
$$;

create or replace function public.take_next(request_id text) returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  asked text := coalesce(take_next.request_id, gen_random_uuid()::text);
  c public.conversations;
begin
  -- A repeat in flight waits here for the first one's answer.
  insert into private.taken_next (user_id, request_id) values (me.id, asked) on conflict do nothing;
  if not found then
    select x.* into c from private.taken_next t join public.conversations x on x.id = t.conversation_id
    where t.user_id = me.id and t.request_id = asked and private.visible_to(x, me);
    if c.id is null then
      perform private.refuse('PT404', 'What you took then is no longer yours to see.');
    end if;
    return c;
  end if;
  loop
    c := private.oldest_waiting(me.org_id);
    exit when c.id is not null;
    if not private.anybody_waiting(me.org_id) then
      perform private.refuse('PT404', 'Nobody is waiting.');
    end if;
  end loop;
  update private.taken_next t set conversation_id = c.id where t.user_id = me.id and t.request_id = asked;
  delete from private.taken_next t where t.user_id = me.id and t.asked_at < now() - interval '1 day';
  return private.move(c, 'taken', me.id, 'active', me.id);
exception when lock_not_available then
  perform private.refuse('PT409', 'Others are taking conversations right now; it is busy, try again.');
end
$$;

-- Snoozing and priority -----------------------------------------------------------------------------------------------

create or replace function public.snooze(conversation_id uuid, snoozed_until timestamptz)
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.agent();
  c public.conversations := private.lock_for(me, snooze.conversation_id);
begin
  if c.snoozed_until is not distinct from snooze.snoozed_until then
    return c;
  end if;
  perform private.refuse_if_closed(c);
  update public.conversations x set snoozed_until = snooze.snoozed_until where x.id = c.id returning * into c;
  perform private.record_event(c, case when c.snoozed_until is null then 'woken' else 'snoozed' end, me.id,
    jsonb_build_object('snoozed_until', c.snoozed_until));
  return c;
end
$$;

create or replace function public.wake_due() returns integer
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  org uuid := case when not private.is_service() then (private.me()).org_id end;
  c public.conversations;
  woken integer := 0;
begin
  for c in
    select * from public.conversations x
    where (org is null or x.org_id = org) and x.snoozed_until <= now()
    order by x.id limit 100 for no key update skip locked
  loop
    update public.conversations x set snoozed_until = null where x.id = c.id;
    perform private.record_event(c, 'woken', null);
    woken := woken + 1;
  end loop;
  return woken;
end
$$;
comment on function public.wake_due is
  'Ends snoozes that are over, 100 at most. Anybody may call it at any time; a second call finds nothing.';

create or replace function public.set_priority(conversation_id uuid, priority integer)
returns public.conversations
language plpgsql security definer set search_path = '' set lock_timeout = '400ms' as $$
declare
  me public.profiles := private.me();
  c public.conversations := private.lock_for(me, set_priority.conversation_id);
begin
  if set_priority.priority is null or set_priority.priority not between 0 and 3 then
    perform private.refuse('PT409', 'A priority is 0, 1, 2 or 3.');
  end if;
  if c.priority = set_priority.priority then
    return c;
  end if;
  update public.conversations x set priority = set_priority.priority where x.id = c.id returning * into c;
  perform private.record_event(c, 'prioritised', me.id, jsonb_build_object('priority', c.priority));
  return c;
end
$$;
