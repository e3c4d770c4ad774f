-- The tables that the scenarios write to. Ana is a member of both rooms, Bob of `general` alone.

create table public.todos (
  id bigserial primary key, room text, body text, n integer, created_at timestamptz default now()
);
create table public.full_todos (id bigserial primary key, room text, body text, n integer);
alter table public.full_todos replica identity full;
create table public.no_pub (id bigserial primary key, body text);
create table public.nopk (body text);

create table public.room_members (room_id text, user_id uuid, primary key (room_id, user_id));
create table public.messages (
  id bigserial primary key, room_id text not null, user_id uuid, content text, meta jsonb, tags text[],
  created_at timestamptz default now()
);
alter table public.messages enable row level security;
create policy "members read" on public.messages for select to authenticated using (
  exists (select from public.room_members m where m.room_id = messages.room_id and m.user_id = (select auth.uid()))
);

create function public.announce() returns trigger language plpgsql security definer as $$
begin
  perform realtime.broadcast_changes('room:' || coalesce(new.room_id, old.room_id), tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
  return null;
end $$;
create trigger announce after insert or update or delete on public.messages for each row execute function public.announce();

grant select on public.todos, public.full_todos, public.nopk, public.messages, public.room_members to anon, authenticated;
grant all on all tables in schema public to service_role;
alter publication supabase_realtime add table public.todos, public.full_todos, public.nopk, public.messages;

insert into public.room_members values
  ('general', 'aaaaaaaa-0000-4000-8000-000000000000'), ('secret', 'aaaaaaaa-0000-4000-8000-000000000000'),
  ('general', 'bbbbbbbb-0000-4000-8000-000000000000');

create table public.members as table public.room_members;

create policy "members listen, everybody hears announcements" on realtime.messages for select to authenticated using (
  realtime.topic() = 'announce' or exists (
    select from public.room_members m where 'room:' || m.room_id = realtime.topic() and m.user_id = (select auth.uid()))
);
create policy "members speak" on realtime.messages for insert to authenticated with check (
  exists (select from public.room_members m where 'room:' || m.room_id = realtime.topic() and m.user_id = (select auth.uid()))
);

create function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void language sql as $$
  insert into realtime.messages (binary_payload, event, topic, private, extension) values (payload, event, topic, private, 'broadcast')
$$;
