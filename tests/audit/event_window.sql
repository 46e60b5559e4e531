-- Test databases only: lets the weak roles read back what this very transaction wrote to the ledger, and makes an
-- event's INSERT fail on demand (tests/audit/faults.py).

create schema if not exists test_tools;
grant usage on schema test_tools to idx_app, idx_local, idx_auditor, idx_scan;

create or replace function test_tools.events_since(mark bigint) returns setof public.audit_event
language sql stable security definer set search_path = pg_catalog, pg_temp as
$$ select * from public.audit_event where id > mark order by id $$;

create or replace function test_tools.payloads_since(mark bigint) returns setof public.audit_payload
language sql stable security definer set search_path = pg_catalog, pg_temp as
$$ select * from public.audit_payload where event_id > mark order by event_id $$;

create table if not exists test_tools.fault (kind text primary key);

create or replace function test_tools.fail_insert() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from test_tools.fault where kind in ('event_insert', 'event_insert ' || new.action)) then
    raise exception 'fault made by a test: the event cannot be written' using errcode = 'io_error';
  end if;
  return new;
end
$$;

create or replace trigger test_fault before insert on public.audit_event
  for each row execute function test_tools.fail_insert();

create or replace function test_tools.fail_commit() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'fault made by a test: the transaction cannot be committed' using errcode = 'io_error';
end
$$;
grant execute on function test_tools.fail_commit() to public;
