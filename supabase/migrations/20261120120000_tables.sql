-- Tables and types. Every statement can be run again.
--
-- Each table carries its tenant (`org_id`), a `version` that counts updates and the `sync_xid` of the transaction that
-- last wrote it; triggers set them whatever a writer says. Nothing is deleted: removal is a column, so that it travels.

create schema if not exists private;
comment on schema private is 'What the functions of the support desk share. Never exposed by the API.';
revoke all on schema private from public;

do $$
begin
  if to_regtype('public.conversation_status') is null then
    create type public.conversation_status as enum ('ai', 'waiting', 'active', 'closed');
  end if;
  if to_regtype('public.message_sender') is null then
    create type public.message_sender as enum ('customer', 'agent', 'ai', 'system');
  end if;
  if to_regtype('public.profile_role') is null then
    create type public.profile_role as enum ('agent', 'admin', 'bot');
  end if;
  if to_regtype('public.availability') is null then
    create type public.availability as enum ('online', 'away', 'offline');
  end if;
end
$$;

-- A database restored elsewhere keeps this id; with the cluster's own identifier it makes the epoch of sync cursors.
create table if not exists private.identity (
  only_row boolean primary key default true check (only_row),
  database_id uuid not null default gen_random_uuid()
);
insert into private.identity default values on conflict do nothing;

create table if not exists public.organizations (
  id uuid primary key default gen_random_uuid(),
  org_id uuid generated always as (id) stored,
  name text not null check (char_length(name) between 1 and 200),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  settings jsonb not null default '{}' check (
    jsonb_typeof(settings) = 'object'
    and coalesce(settings ->> 'visibility', 'all') in ('all', 'assigned')
    and coalesce(settings ->> 'reopen_to', 'ai') in ('ai', 'waiting')
  ),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);
comment on column public.organizations.settings is
  'visibility: all | assigned; reopen_to: ai | waiting; notify: true announces each message on channel chat_messages';

create table if not exists public.profiles (
  id uuid primary key references auth.users (id),
  org_id uuid not null references public.organizations (id),
  display_name text not null check (char_length(display_name) between 1 and 200),
  role public.profile_role not null default 'agent',
  notifications_enabled boolean not null default true,
  availability public.availability not null default 'offline',
  max_active integer not null default 5 check (max_active >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);

create table if not exists public.contacts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id),
  user_id uuid references auth.users (id) on delete set null,
  name text check (char_length(name) <= 200),
  email text check (char_length(email) <= 320),
  phone text check (char_length(phone) <= 50),
  attributes jsonb not null default '{}' check (octet_length(attributes::text) <= 16384),
  blocked_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  unique (org_id, user_id)
);

create table if not exists public.conversations (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id),
  contact_id uuid not null references public.contacts (id),
  status public.conversation_status not null default 'ai',
  assigned_to uuid references public.profiles (id),
  last_agent_id uuid references public.profiles (id),
  subject text check (char_length(subject) <= 500),
  channel text not null default 'web' check (char_length(channel) between 1 and 50),
  priority integer not null default 0 check (priority between 0 and 3),
  handoff_reason text check (char_length(handoff_reason) <= 500),
  waiting_since timestamptz,
  snoozed_until timestamptz,
  closed_at timestamptz,
  closed_by uuid references public.profiles (id),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  constraint assigned_while_active check ((assigned_to is not null) = (status = 'active')),
  constraint waiting_since_while_waiting check ((waiting_since is not null) = (status = 'waiting')),
  constraint closed_at_while_closed check ((closed_at is not null) = (status = 'closed'))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

-- Apart from conversations and not published: a message is then one row event, and this update stays on its page.
create table if not exists public.conversation_tail (
  conversation_id uuid primary key references public.conversations (id),
  org_id uuid not null,
  last_seq integer not null default 0,
  inbound_count integer not null default 0,
  last_message_at timestamptz,
  last_message_preview text,
  last_sender_type public.message_sender,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

create table if not exists public.messages (
  id uuid primary key,
  org_id uuid not null,
  conversation_id uuid not null references public.conversations (id),
  seq integer not null,
  inbound_no integer not null,
  sender_type public.message_sender not null,
  sender_id uuid,
  body text not null check (char_length(body) between 1 and 10000),
  metadata jsonb not null default '{}' check (octet_length(metadata::text) <= 16384),
  edited_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  unique (conversation_id, seq)
);
comment on column public.messages.metadata is 'attachments and the like: only what the customer may see';

create table if not exists public.conversation_events (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  conversation_id uuid not null references public.conversations (id),
  after_seq integer not null,
  kind text not null,
  actor_id uuid,
  data jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);

create table if not exists public.conversation_read_status (
  conversation_id uuid not null references public.conversations (id),
  user_id uuid not null,
  org_id uuid not null,
  last_read_seq integer not null default 0,
  last_read_inbound integer not null default 0,
  last_read_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  primary key (conversation_id, user_id)
);

create table if not exists public.conversation_notes (
  id uuid primary key,
  org_id uuid not null,
  conversation_id uuid not null references public.conversations (id),
  after_seq integer not null,
  author_id uuid references public.profiles (id),
  body text not null check (char_length(body) between 1 and 10000),
  mentions uuid[] not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);

create table if not exists public.labels (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id),
  name text not null check (char_length(name) between 1 and 50),
  colour text check (colour ~ '^#[0-9a-f]{6}$'),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);

create table if not exists public.conversation_contact_labels (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  conversation_id uuid not null references public.conversations (id),
  contact_id uuid not null references public.contacts (id),
  label_id uuid not null references public.labels (id),
  added_by uuid references public.profiles (id),
  removed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id(),
  unique (conversation_id, label_id)
);

create table if not exists public.conversation_metadata (
  conversation_id uuid primary key references public.conversations (id),
  org_id uuid not null,
  summary text check (char_length(summary) <= 2000),
  sentiment text check (char_length(sentiment) <= 50),
  intent text check (char_length(intent) <= 200),
  language text check (char_length(language) <= 35),
  data jsonb not null default '{}' check (octet_length(data::text) <= 16384),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);

create table if not exists public.templates (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id),
  owner_id uuid references public.profiles (id),
  shortcut text not null check (shortcut ~ '^[a-z0-9_-]{1,32}$'),
  title text not null check (char_length(title) between 1 and 200),
  body text not null check (char_length(body) between 1 and 10000),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  sync_xid xid8 not null default pg_current_xact_id()
);

-- Behind the functions: what is no row of anybody's screen.

create table if not exists private.taken_next (
  user_id uuid not null,
  request_id text not null,
  conversation_id uuid,
  asked_at timestamptz not null default clock_timestamp(),
  primary key (user_id, request_id)
);

create unlogged table if not exists private.typing (
  conversation_id uuid not null,
  user_id uuid not null,
  is_typing boolean not null,
  said_at timestamptz not null,
  primary key (conversation_id, user_id)
);

-- Indexes -------------------------------------------------------------------------------------------------------------

create unique index if not exists labels_name_key on public.labels (org_id, lower(name)) where deleted_at is null;
create unique index if not exists templates_shortcut_key
  on public.templates (org_id, shortcut, coalesce(owner_id, '00000000-0000-0000-0000-000000000000'))
  where deleted_at is null;

create index if not exists profiles_org_id_idx on public.profiles (org_id);
create index if not exists contacts_user_id_idx on public.contacts (user_id);
create index if not exists conversations_contact_id_idx on public.conversations (contact_id, created_at desc);
create index if not exists conversations_open_id_idx on public.conversations (org_id, id) where status <> 'closed';
create index if not exists conversations_assigned_idx
  on public.conversations (assigned_to) where assigned_to is not null;
create index if not exists conversations_waiting_idx
  on public.conversations (org_id, waiting_since, id) where status = 'waiting';
create index if not exists conversations_closed_idx
  on public.conversations (org_id, closed_at desc) where status = 'closed';
create index if not exists conversations_snoozed_idx
  on public.conversations (org_id, snoozed_until) where snoozed_until is not null;
create index if not exists conversation_events_thread_idx on public.conversation_events (conversation_id, after_seq);
create index if not exists conversation_notes_thread_idx on public.conversation_notes (conversation_id, after_seq);
-- `simple`: a desk speaks many languages. An expression, not a column: a column would travel with each row event.
create index if not exists messages_words_idx on public.messages using gin (to_tsvector('simple', body));

-- What a sync reads. conversation_tail has none on purpose: it travels with its conversation and its messages.
create index if not exists organizations_sync_idx on public.organizations (org_id, sync_xid);
create index if not exists profiles_sync_idx on public.profiles (org_id, sync_xid);
create index if not exists contacts_sync_idx on public.contacts (org_id, sync_xid);
create index if not exists conversations_sync_idx on public.conversations (org_id, sync_xid);
create index if not exists messages_sync_idx on public.messages (org_id, sync_xid);
create index if not exists conversation_events_sync_idx on public.conversation_events (org_id, sync_xid);
create index if not exists conversation_read_status_sync_idx on public.conversation_read_status (org_id, sync_xid);
create index if not exists conversation_notes_sync_idx on public.conversation_notes (org_id, sync_xid);
create index if not exists labels_sync_idx on public.labels (org_id, sync_xid);
create index if not exists conversation_contact_labels_sync_idx
  on public.conversation_contact_labels (org_id, sync_xid);
create index if not exists conversation_metadata_sync_idx on public.conversation_metadata (org_id, sync_xid);
create index if not exists templates_sync_idx on public.templates (org_id, sync_xid);
