-- What an agent's client reads: a first load, what changed since, one thread, a search. They bypass row-level security
-- and write the visibility out, because a row that passes out of sight has to be reported as gone.

create or replace function public.chattui_schema_version() returns integer
language sql immutable set search_path = '' as $$ select 1 $$;
comment on function public.chattui_schema_version is 'Counts up with each migration that a client has to know of.';

create or replace function private.database_id() returns uuid
language sql stable security definer set search_path = '' as $$ select i.database_id from private.identity i $$;

-- A cursor is worth nothing in another cluster (a restored dump keeps database_id), nor once my sight has changed.
create or replace function private.epoch(me public.profiles) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  cluster text := '';
begin
  begin
    select system_identifier::text into cluster from pg_control_system();
  exception when insufficient_privilege then
    null;
  end;
  return concat_ws(':', private.database_id(), cluster, me.org_id, me.role,
    (select coalesce(o.settings ->> 'visibility', 'all') from public.organizations o where o.id = me.org_id));
end
$$;

create or replace function private.rows_of(table_name text, found jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select jsonb_build_object(table_name, coalesce(found, '[]'))
$$;

-- A first load --------------------------------------------------------------------------------------------------------

-- In pages, by id, which never changes: what a writer changes between two pages is brought by the sync from the first
-- page's cursor. One answer with 100,000 conversations would not be done within the statement time-out of a project.
create or replace function private.snapshot_open(me public.profiles, after uuid, most integer) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select c.id from public.conversations c
  where c.org_id = me.org_id and c.status <> 'closed'
    and c.id > coalesce(snapshot_open.after, '00000000-0000-0000-0000-000000000000')
    and ((select private.sees_all()) or c.assigned_to is null or c.assigned_to = me.id)
  order by c.id limit most
$$;

-- The first page has mine, whatever their ids, and the last one the newest that are closed.
create or replace function private.snapshot_page(me public.profiles, found uuid[], first boolean, last boolean)
returns setof uuid
language sql stable security definer set search_path = '' as $$
  select unnest(found)
  union select c.id from public.conversations c where snapshot_page.first and c.assigned_to = me.id
  union (select c.id from public.conversations c
   where snapshot_page.last and c.org_id = me.org_id and c.status = 'closed' order by c.closed_at desc limit 500)
$$;

create or replace function private.snapshot_shared(me public.profiles) returns jsonb
language sql stable security definer set search_path = '' as $$
  select private.rows_of('organizations', (select jsonb_agg(o) from public.organizations o where o.id = me.org_id))
    || private.rows_of('profiles', (select jsonb_agg(p) from public.profiles p where p.org_id = me.org_id))
    || private.rows_of('labels', (select jsonb_agg(l) from public.labels l where l.org_id = me.org_id))
    || private.rows_of('templates', (select jsonb_agg(t) from public.templates t
         where t.org_id = me.org_id and (t.owner_id is null or t.owner_id = me.id)))
$$;

-- An array is planned as a few: each table is read by its index, however large it is.
create or replace function private.snapshot_rows(me public.profiles, found uuid[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  with c as materialized (select * from public.conversations x where x.id = any (found))
  select private.rows_of('conversations', (select jsonb_agg(to_jsonb(c)) from c))
    || private.rows_of('contacts', (select jsonb_agg(k) from public.contacts k
         where k.id in (select c.contact_id from c)))
    || private.rows_of('conversation_tail', (select jsonb_agg(t) from public.conversation_tail t
         where t.conversation_id = any (found)))
    || private.rows_of('conversation_read_status', (select jsonb_agg(r) from public.conversation_read_status r
         where r.conversation_id = any (found)
           and (r.user_id = me.id or not exists (select from public.profiles p where p.id = r.user_id))))
    || private.rows_of('conversation_contact_labels', (select jsonb_agg(l) from public.conversation_contact_labels l
         where l.conversation_id = any (found)))
    || private.rows_of('conversation_metadata', (select jsonb_agg(m) from public.conversation_metadata m
         where m.conversation_id = any (found)))
$$;

-- `after` is `cursor.id`: the first page's cursor, and the last conversation of the page before.
drop function if exists public.snapshot();
create or replace function public.snapshot(after text default null) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  size constant integer := 500;
  me public.profiles := private.me();
  first boolean := snapshot.after is null;
  part text[] := string_to_array(snapshot.after, '.');
  -- Stable: every statement here sees the calling statement's snapshot, so the cursor is of the rows' own.
  cursor text := coalesce(part[1], pg_snapshot_xmin(pg_current_snapshot())::text);
  found uuid[];
  more text;
begin
  if snapshot.after !~ '^[0-9]{1,19}[.][0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform private.refuse('PT400', 'The page is malformed.');
  end if;
  found := array(select private.snapshot_open(me, part[2]::uuid, size + 1));
  if cardinality(found) > size then
    found := found[1:size];
    more := concat_ws('.', cursor, found[size]);
  end if;
  found := array(select private.snapshot_page(me, found, first, more is null));
  return jsonb_build_object(
    'me', me.id, 'org_id', me.org_id, 'now', clock_timestamp(), 'epoch', private.epoch(me),
    'database_id', private.database_id(), 'schema_version', public.chattui_schema_version(),
    'cursor', cursor, 'more', more,
    'open', case when first and more is not null then (select count(*) from private.snapshot_open(me, null, null)) end,
    'rows', private.snapshot_rows(me, found) || case when first then private.snapshot_shared(me) else '{}' end);
end
$$;

-- What changed --------------------------------------------------------------------------------------------------------

-- `reader`: the row is for them alone, unless they are a customer.
create or replace view private.changes with (security_invoker = true) as
  select org_id, sync_xid, 'organizations' as table_name, id, null::uuid as reader, null::uuid as conversation_id
  from public.organizations
  union all select org_id, sync_xid, 'profiles', id, null, null from public.profiles
  union all select org_id, sync_xid, 'contacts', id, null, null from public.contacts
  union all select org_id, sync_xid, 'conversations', id, null, null from public.conversations
  union all select org_id, sync_xid, 'messages', id, null, conversation_id from public.messages
  union all select org_id, sync_xid, 'conversation_events', id, null, conversation_id from public.conversation_events
  union all select org_id, sync_xid, 'conversation_read_status', conversation_id, user_id, conversation_id
  from public.conversation_read_status
  union all select org_id, sync_xid, 'conversation_notes', id, null, conversation_id from public.conversation_notes
  union all select org_id, sync_xid, 'labels', id, null, null from public.labels
  union all select org_id, sync_xid, 'conversation_contact_labels', id, null, conversation_id
  from public.conversation_contact_labels
  union all select org_id, sync_xid, 'conversation_metadata', conversation_id, null, conversation_id
  from public.conversation_metadata
  union all select org_id, sync_xid, 'templates', id, owner_id, null from public.templates;

create or replace function private.row_of(table_name text, id uuid, reader uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select case row_of.table_name
    when 'messages' then (select to_jsonb(x) from public.messages x where x.id = row_of.id)
    when 'conversations' then (select to_jsonb(x) from public.conversations x where x.id = row_of.id)
    when 'conversation_events' then (select to_jsonb(x) from public.conversation_events x where x.id = row_of.id)
    when 'conversation_read_status' then (
      select to_jsonb(x) from public.conversation_read_status x
      where x.conversation_id = row_of.id and x.user_id = row_of.reader)
    when 'conversation_notes' then (select to_jsonb(x) from public.conversation_notes x where x.id = row_of.id)
    when 'conversation_contact_labels' then (
      select to_jsonb(x) from public.conversation_contact_labels x where x.id = row_of.id)
    when 'conversation_metadata' then (
      select to_jsonb(x) from public.conversation_metadata x where x.conversation_id = row_of.id)
    when 'conversation_tail' then (
      select to_jsonb(x) from public.conversation_tail x where x.conversation_id = row_of.id)
    when 'contacts' then (select to_jsonb(x) from public.contacts x where x.id = row_of.id)
    when 'profiles' then (select to_jsonb(x) from public.profiles x where x.id = row_of.id)
    when 'labels' then (select to_jsonb(x) from public.labels x where x.id = row_of.id)
    when 'templates' then (select to_jsonb(x) from public.templates x where x.id = row_of.id)
    when 'organizations' then (select to_jsonb(x) from public.organizations x where x.id = row_of.id)
  end
$$;

do $$
begin
  if to_regtype('private.change') is null then
    create type private.change as (
      sync_xid xid8, place text, table_name text, id uuid, reader uuid, conversation_id uuid);
  end if;
end
$$;

-- No row that I can see was written after this. What claims to be was restored from a cluster with a higher count: a
-- snapshot has it, and a sync would hand it out again and again.
create or replace function private.horizon() returns xid8
language sql stable set search_path = '' as $$
  select greatest(
    pg_snapshot_xmax(pg_current_snapshot()), (pg_current_xact_id_if_assigned()::text::bigint + 1)::text::xid8)
$$;

-- Ordered by transaction and, within one, by `place`: a transaction of any size can be paged through.
create or replace function private.changes_after(me public.profiles, since xid8, after_xid xid8, after_place text)
returns setof private.change
language sql stable security definer set search_path = '' as $$
  select ch.sync_xid, p.place, ch.table_name, ch.id, ch.reader, ch.conversation_id
  from private.changes ch
  cross join lateral (select concat_ws('/', ch.table_name, ch.id, ch.reader) collate "C" as place) p
  where ch.org_id = me.org_id and ch.sync_xid >= greatest(since, after_xid)
    and ch.sync_xid < (select private.horizon())
    and (ch.sync_xid > after_xid or p.place > after_place)
    and (ch.reader is null or ch.reader = me.id or not exists (select from public.profiles r where r.id = ch.reader))
    and ((select private.sees_all())
      or (ch.table_name <> 'contacts' and ch.conversation_id is null)
      or exists (
        select from public.conversations c
        where (c.id = ch.conversation_id or (ch.table_name = 'contacts' and c.contact_id = ch.id))
          and (c.assigned_to is null or c.assigned_to = me.id)))
  order by ch.sync_xid, p.place
  limit 2001
$$;

-- A conversation brings what belongs to it, for it may be newly seen; a message brings its conversation's tail.
create or replace function private.rows_for(me public.profiles, found private.change[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  with changed as materialized (select * from unnest(found)),
  seen as materialized (
    select c.id, c.contact_id from changed ch join public.conversations c on c.id = ch.id
    where ch.table_name = 'conversations' and private.visible_to(c, me)),
  wanted as (
    select table_name, id, reader from changed where table_name <> 'conversations'
    union select 'conversations', id, null from seen
    union select 'contacts', contact_id, null from seen
    union select 'conversation_tail', id, null from seen
    union select 'conversation_tail', conversation_id, null from changed where table_name = 'messages'
    union select 'conversation_metadata', id, null from seen
    union select 'conversation_contact_labels', l.id, null
      from seen join public.conversation_contact_labels l on l.conversation_id = seen.id
    union select 'conversation_read_status', r.conversation_id, r.user_id
      from seen join public.conversation_read_status r on r.conversation_id = seen.id
      where r.user_id = me.id or not exists (select from public.profiles p where p.id = r.user_id)),
  complete as (select w.table_name, private.row_of(w.table_name, w.id, w.reader) as found from wanted w)
  select coalesce(jsonb_object_agg(t.table_name, t.found), '{}')
  from (select table_name, jsonb_agg(found) as found from complete where found is not null group by table_name) t
$$;

create or replace function private.gone_among(me public.profiles, found private.change[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'version', c.version, 'gone', true)), '[]')
  from unnest(found) ch join public.conversations c on c.id = ch.id
  where ch.table_name = 'conversations' and not private.visible_to(c, me)
$$;

-- Why a cursor is of no use any more; null when it is of use.
create or replace function private.reset_reason(me public.profiles, since text, epoch text, after text) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  if reset_reason.epoch is distinct from private.epoch(me) then
    return 'This is another database, or what you may see has changed.';
  elsif since is null or since !~ '^[0-9]{1,19}$' or since::numeric > 9223372036854775807 then
    return 'The cursor is malformed.';
  elsif since::xid8 > pg_snapshot_xmax(pg_current_snapshot()) then
    return 'The cursor is of a later time than this database.';
  elsif after !~ '^[0-9]{1,19}[.][0-9]{1,2}[.][0-9]{1,19}[.][a-z_]+[0-9a-f/-]+$' then
    return 'The page is malformed.';
  elsif split_part(after, '.', 2)::integer >= 20 or (after is null and (
    select count(*) > 40000 from (
      select from private.changes ch
      where ch.org_id = me.org_id and ch.sync_xid >= since::xid8 and ch.sync_xid < (select private.horizon())
      limit 40001) many)) then
    return 'Too much has changed.';
  end if;
  return null;
end
$$;

-- `after` is `cursor.pages.xid.place`: the cursor of the first page's snapshot, handed out with the last page.
create or replace function public.sync(since text, epoch text, after text default null) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  me public.profiles := private.me();
  reset text := private.reset_reason(me, sync.since, sync.epoch, sync.after);
  part text[] := string_to_array(sync.after, '.');
  cursor text := coalesce(part[1], pg_snapshot_xmin(pg_current_snapshot())::text);
  found private.change[];
  more text;
begin
  if reset is not null then
    return jsonb_build_object('reset', reset, 'now', clock_timestamp(), 'epoch', private.epoch(me));
  end if;
  found := array(select ch from private.changes_after(
    me, sync.since::xid8, coalesce(part[3], '0')::xid8, coalesce(part[4], '')) ch);
  if cardinality(found) > 2000 then
    found := found[1:2000];
    more := concat_ws('.', cursor, coalesce(part[2]::integer, 0) + 1, found[2000].sync_xid, found[2000].place);
  end if;
  return jsonb_build_object(
    'now', clock_timestamp(), 'epoch', sync.epoch, 'rows', private.rows_for(me, found),
    'gone', private.gone_among(me, found), 'more', more, 'cursor', case when more is null then cursor end);
end
$$;

-- One thread ----------------------------------------------------------------------------------------------------------

create or replace function private.page_rows(me public.profiles, c public.conversations, lo integer, hi integer)
returns jsonb
language sql stable security definer set search_path = '' as $$
  with other as materialized (
    select * from public.conversations o
    where o.contact_id = c.contact_id and o.id <> c.id and private.visible_to(o, me)
    order by o.created_at desc limit 10)
  select private.rows_of('conversations', (
      select jsonb_agg(x.found) from (select to_jsonb(c) as found union all select to_jsonb(other) from other) x))
    || private.rows_of('messages', (select jsonb_agg(m order by m.seq) from public.messages m
         where m.conversation_id = c.id and m.seq between lo and hi))
    || private.rows_of('conversation_notes', (select jsonb_agg(n) from public.conversation_notes n
         where n.conversation_id = c.id and n.after_seq between lo - 1 and hi))
    || private.rows_of('conversation_events', (select jsonb_agg(e) from public.conversation_events e
         where e.conversation_id = c.id and e.after_seq between lo - 1 and hi))
    || private.rows_of('conversation_tail', (select jsonb_agg(t) from public.conversation_tail t
         where t.conversation_id = c.id or t.conversation_id in (select other.id from other)))
    || private.rows_of('contacts', (select jsonb_agg(k) from public.contacts k where k.id = c.contact_id))
    || private.rows_of('conversation_contact_labels', (select jsonb_agg(l) from public.conversation_contact_labels l
         where l.conversation_id = c.id))
    || private.rows_of('conversation_metadata', (select jsonb_agg(x) from public.conversation_metadata x
         where x.conversation_id = c.id))
    || private.rows_of('conversation_read_status', (select jsonb_agg(r) from public.conversation_read_status r
         where r.conversation_id = c.id
           and (r.user_id = me.id or not exists (select from public.profiles p where p.id = r.user_id))))
$$;

create or replace function public.page(
  conversation_id uuid, before_seq integer default null, page_size integer default 50
) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  me public.profiles := private.me();
  c public.conversations;
  lo integer;
  hi integer;
begin
  select * into c from public.conversations x where x.id = page.conversation_id and private.visible_to(x, me);
  if c.id is null then
    perform private.no_such_conversation();
  end if;
  select least(t.last_seq, coalesce(page.before_seq - 1, t.last_seq)) into hi
  from public.conversation_tail t where t.conversation_id = c.id;
  hi := greatest(hi, 0);
  lo := greatest(1, hi + 1 - least(greatest(coalesce(page.page_size, 50), 1), 500));
  return jsonb_build_object('conversation_id', c.id, 'now', clock_timestamp(), 'lo', lo, 'hi', hi,
    'rows', private.page_rows(me, c, lo, hi));
end
$$;

-- Search --------------------------------------------------------------------------------------------------------------

-- What an agent types or pastes. The last word may be unfinished, from three letters on (a shorter prefix finds too
-- much); a pasted address is stored without its scheme and is not a phrase.
create or replace function private.query_of(typed text) returns tsquery
language plpgsql immutable set search_path = '' as $$
declare
  bare text := regexp_replace(left(trim(typed), 400), '[A-Za-z][A-Za-z0-9+.-]*://', '', 'g');
  unfinished text := substring(bare from '[[:alnum:]]{3,}$');
  finished text := left(bare, length(bare) - length(unfinished));
begin
  if bare ~ '[/@]' then
    return plainto_tsquery('simple', bare);
  elsif unfinished is null or bare ~* '["-]|\mor\M' then
    return websearch_to_tsquery('simple', bare);
  end if;
  return websearch_to_tsquery('simple', finished) && to_tsquery('simple', quote_literal(unfinished) || ':*');
end
$$;

create or replace function public.search_messages(query text, page_size integer default 50) returns jsonb
language plpgsql stable security definer set search_path = '' set client_min_messages = 'warning' as $$
declare
  me public.profiles := private.me();
  asked tsquery := private.query_of(search_messages.query);
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object(
      'conversation_id', hit.conversation_id, 'message_id', hit.id, 'seq', hit.seq, 'created_at', hit.created_at,
      'snippet', ts_headline('simple', hit.body, asked, 'StartSel="", StopSel="", MaxWords=24, MinWords=8')
    ) order by hit.created_at desc, hit.seq desc)
    from (
      select m.* from public.messages m
      where m.org_id = me.org_id and to_tsvector('simple', m.body) @@ asked and m.deleted_at is null
        and ((select private.sees_all()) or exists (select from public.conversations c
          where c.id = m.conversation_id and (c.assigned_to is null or c.assigned_to = me.id)))
      order by m.created_at desc, m.seq desc
      limit least(greatest(coalesce(search_messages.page_size, 50), 1), 200)
    ) hit), '[]');
end
$$;
