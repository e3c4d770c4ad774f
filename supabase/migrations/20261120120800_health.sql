-- What `chattui doctor` asks: whether the project still is as the migrations left it. A dashboard can undo much.

create or replace function public.chattui_health() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform private.me();
  return jsonb_build_object(
    'schema_version', public.chattui_schema_version(),
    'published', (select coalesce(jsonb_agg(t.tablename order by t.tablename), '[]')
      from pg_catalog.pg_publication_tables t where t.pubname = 'supabase_realtime' and t.schemaname = 'public'),
    'without_rls', (select coalesce(jsonb_agg(c.relname order by c.relname), '[]') from pg_catalog.pg_class c
      where c.relnamespace = 'public'::pg_catalog.regnamespace and c.relkind = 'r' and not c.relrowsecurity),
    'open_to_anon', (select coalesce(jsonb_agg(c.relname order by c.relname), '[]') from pg_catalog.pg_class c
      where c.relnamespace = 'public'::pg_catalog.regnamespace and c.relkind in ('r', 'v', 'm')
        and pg_catalog.has_table_privilege('anon', c.oid, 'select')
        and (not c.relrowsecurity or exists (select from pg_catalog.pg_policy p
          where p.polrelid = c.oid and p.polroles && array[0::oid, 'anon'::pg_catalog.regrole::oid]))),
    'topics_guarded', (select c.relrowsecurity from pg_catalog.pg_class c
      where c.oid = 'realtime.messages'::pg_catalog.regclass));
end
$$;
comment on function public.chattui_health is
  'For members of an organisation: published tables, tables without row-level security, tables that anon may read.';
revoke all on function public.chattui_health() from public, anon, authenticated, service_role;
grant execute on function public.chattui_health() to authenticated, service_role;
