-- The ledger: one append-only table of events, its erasable payloads, its guards and its privileges.
-- Runs as the owner role (not a superuser). PostgreSQL 15 or newer, no extension. Reversed by 0001_ledger_reverse.sql.
-- The columns of audit_event are final: they will be sealed. A new fact goes into detail, facts or the payload.

do $$
declare
  missing text;
begin
  select string_agg(wanted, ', ' order by wanted) into missing
    from unnest(array['idx_app', 'idx_local', 'idx_auditor', 'idx_scan', 'idx_count', 'idx_sealer']) as wanted
   where not exists (select from pg_catalog.pg_roles where rolname = wanted);
  if missing is not null then
    raise exception 'the database roles % do not exist', missing
      using hint = 'Create the login roles before migrating; see docs/runbooks/database-roles.md.';
  end if;
end
$$;

-- 1. Tables ----------------------------------------------------------------------------------------------------------

create table public.audit_event (
  id              bigint      generated always as identity,
  era             smallint    not null default 1,                       -- raised when transaction ids start again
  recorded_at     timestamptz not null default clock_timestamp(),
  xid             xid8        not null default pg_current_xact_id(),    -- of the top-level transaction
  action          text        not null,
  outcome         text        not null,
  reason          text,                                                 -- code of a denial, failure or act
  actor_kind      text        not null,
  actor_id        bigint,
  actor_role      text,
  actor_org       integer,
  actor_base      integer,                                              -- managing authority or partner then
  grant_id        bigint,
  on_behalf_of    bigint,
  session_ref     bytea,                                                -- keyed hash of the session key, 16 bytes
  source_ip       inet,
  request_id      uuid,
  network_id      integer,
  target_type     text,
  target_id       bigint,
  child_authority text,                                                 -- GSS code of the responsible authority then
  enquiry_id      bigint,
  purpose         text,                                                 -- reason for access, from the closed list
  query_fields    text[],                                               -- which criteria, never their values
  own_surname     boolean,
  own_address     boolean,
  result_count    integer,
  result_ids      bigint[],                                             -- child records shown, in order
  facts           text,                                                 -- canonical JSON, versioned
  detail          text        not null default '{}',                    -- canonical JSON, no personal data
  payload_digest  bytea,                                                -- SHA-256(salt || body) when there is one
  primary key (id, recorded_at)
) partition by range (recorded_at);

create index audit_event_xid_idx on public.audit_event (xid);
create index audit_event_actor_idx on public.audit_event (actor_id, recorded_at);
create index audit_event_target_idx on public.audit_event (target_id, recorded_at) where target_id is not null;
create index audit_event_base_idx on public.audit_event (actor_base, recorded_at);
create index audit_event_time_idx on public.audit_event using brin (recorded_at) with (pages_per_range = 32);

create table public.audit_payload (
  event_id    bigint      primary key,
  recorded_at timestamptz not null,
  salt        bytea       not null check (octet_length(salt) = 16),
  body        text        not null check (octet_length(body) <= 65536)
);

-- 2. Guards: nobody changes or removes a row, the owner neither -------------------------------------------------------
-- "Always" triggers also fire under session_replication_role = replica, so only ALTER TABLE can silence them.

create function public.audit_refuse() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'the ledger is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
revoke all on function public.audit_refuse() from public;

create trigger no_mod before update or delete on public.audit_event
  for each row execute function public.audit_refuse();
create trigger no_trunc before truncate on public.audit_event
  for each statement execute function public.audit_refuse();
create trigger no_mod before update or delete on public.audit_payload
  for each row execute function public.audit_refuse();
create trigger no_trunc before truncate on public.audit_payload
  for each statement execute function public.audit_refuse();
alter table public.audit_event enable always trigger no_mod;
alter table public.audit_event enable always trigger no_trunc;
alter table public.audit_payload enable always trigger no_mod;
alter table public.audit_payload enable always trigger no_trunc;

-- Codes where codes belong, never words. A trigger and not CHECK constraints: PostgreSQL parses each constraint anew for
-- every INSERT statement, and these cost 180 of 230 microseconds so, 7 as a compiled function (measured, PostgreSQL 18).

create function public.audit_check() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  wrong text;
begin
  wrong := case
    when new.action !~ '^[a-z][a-z_]*\.[a-z][a-z_]*$' or length(new.action) > 64 then 'action'
    when new.outcome not in ('success', 'failure', 'denied', 'error') then 'outcome'
    when new.reason ~ '[^A-Za-z0-9_.:-]' or length(new.reason) not between 1 and 100 then 'reason'
    when new.outcome <> 'success' and new.reason is null then 'reason'
    when new.actor_kind not in ('person', 'job', 'command', 'anonymous') then 'actor_kind'
    when new.actor_kind = 'person' and new.actor_id is null then 'actor_id'
    when new.actor_kind = 'anonymous' and new.actor_id is not null then 'actor_id'
    when new.actor_role ~ '[^A-Za-z0-9_.: -]' or length(new.actor_role) not between 1 and 100 then 'actor_role'
    when octet_length(new.session_ref) <> 16 then 'session_ref'
    when new.target_type ~ '[^A-Za-z0-9_.]' or length(new.target_type) not between 1 and 64 then 'target_type'
    when new.target_id is not null and new.target_type is null then 'target_type'
    when new.child_authority !~ '^[A-Z][0-9]+$' or length(new.child_authority) <> 9 then 'child_authority'
    when new.purpose ~ '[^A-Za-z0-9_.-]' or length(new.purpose) not between 1 and 64 then 'purpose'
    when new.result_count < 0 then 'result_count'
    when array_ndims(new.query_fields) <> 1 or array_lower(new.query_fields, 1) <> 1
      or array_position(new.query_fields, null) is not null or cardinality(new.query_fields) > 50 then 'query_fields'
    when array_ndims(new.result_ids) <> 1 or array_lower(new.result_ids, 1) <> 1
      or array_position(new.result_ids, null) is not null or cardinality(new.result_ids) > 1000 then 'result_ids'
    when octet_length(new.facts) > 16384 then 'facts'
    when octet_length(new.detail) > 16384 then 'detail'
    when octet_length(new.payload_digest) <> 32 then 'payload_digest'
  end;
  if wrong is not null then
    raise exception 'audit_event_%: the value is not of the form the ledger keeps', wrong
      using errcode = 'check_violation', column = wrong, table = 'audit_event';
  end if;
  return new;
end
$$;
revoke all on function public.audit_check() from public;

create trigger checked before insert on public.audit_event
  for each row execute function public.audit_check();
alter table public.audit_event enable always trigger checked;

-- 3. Privileges: each login exactly what it needs; never "on all tables" ----------------------------------------------

revoke all on public.audit_event, public.audit_payload
  from public, idx_app, idx_local, idx_auditor, idx_scan, idx_count, idx_sealer;
revoke all on sequence public.audit_event_id_seq
  from public, idx_app, idx_local, idx_auditor, idx_scan, idx_count, idx_sealer;

grant insert (action, outcome, reason, actor_kind, actor_id, actor_role, actor_org, actor_base, grant_id,
              on_behalf_of, session_ref, source_ip, request_id, network_id, target_type, target_id,
              child_authority, enquiry_id, purpose, query_fields, own_surname, own_address, result_count,
              result_ids, facts, detail, payload_digest)
  on public.audit_event to idx_app, idx_local, idx_auditor, idx_scan;
grant insert (event_id, recorded_at, salt, body) on public.audit_payload to idx_app;
grant select (id, recorded_at) on public.audit_event to idx_app;
grant select on public.audit_event to idx_local, idx_auditor, idx_scan, idx_sealer;
grant select on public.audit_payload to idx_auditor;

-- Rows: local teams see the events of their own base. The setting is made for one transaction after the application
-- has checked membership (audit/ledger/scope.py); without it the cast or current_setting itself raises.
alter table public.audit_event enable row level security;
create policy append on public.audit_event for insert
  to idx_app, idx_local, idx_auditor, idx_scan with check (true);
create policy read_all on public.audit_event for select
  to idx_app, idx_auditor, idx_scan, idx_sealer using (true);
create policy read_own_base on public.audit_event for select
  to idx_local using (actor_base = (select current_setting('index.base')::integer));

-- 4. Partitions: by month of recorded_at (UTC), in a schema no service role may use; no default partition -------------

create schema audit_part;
revoke all on schema audit_part from public;

create function public.audit_ensure_partitions(ahead integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  this_month constant timestamp := date_trunc('month', clock_timestamp() at time zone 'UTC');
  first_day  timestamp;
  name       text;
  made       integer := 0;
begin
  if ahead is null or ahead not between 0 and 12 then
    raise exception 'ahead is 0 to 12 months' using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('audit_ensure_partitions'));
  for step in 0..ahead loop
    first_day := this_month + make_interval(months => step);
    name := to_char(first_day, '"audit_event_y"YYYY"m"MM');
    continue when to_regclass('audit_part.' || name) is not null;
    -- Made apart and attached: PARTITION OF would lock out every append meanwhile.
    execute format('create table audit_part.%I (like public.audit_event)', name);
    execute format('revoke all on audit_part.%I from public', name);
    execute format('alter table audit_part.%I enable row level security', name);  -- no policy: nobody
    execute format('create trigger no_trunc before truncate on audit_part.%I '
                   'for each statement execute function public.audit_refuse()', name);
    execute format('alter table audit_part.%I enable always trigger no_trunc', name);
    execute format('alter table public.audit_event attach partition audit_part.%I for values from (%L) to (%L)',
                   name, first_day at time zone 'UTC', (first_day + interval '1 month') at time zone 'UTC');
    made := made + 1;
  end loop;
  return made;
end
$$;
revoke all on function public.audit_ensure_partitions(integer) from public;
grant execute on function public.audit_ensure_partitions(integer) to idx_app;

select public.audit_ensure_partitions(3);
