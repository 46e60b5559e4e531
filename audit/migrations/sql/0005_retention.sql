-- Payloads end: when their period is over, and never without an event that names them, nor while a legal hold lasts.
-- Runs as the owner role. Reversed by 0005_retention_reverse.sql.

-- 1. Legal holds -----------------------------------------------------------------------------------------------------

create table public.audit_hold (
  id             bigint generated always as identity primary key,
  kind           text   not null check (kind in ('event', 'actor')),  -- the payload of one event, or of all of a person
  whose          bigint not null,
  placed_event   bigint not null unique,
  released_event bigint unique
);
create index audit_hold_live_idx on public.audit_hold (kind, whose) where released_event is null;
create index audit_payload_time_idx on public.audit_payload (recorded_at);

-- Is there an event of this very transaction with that number and action? The xid cannot be named by whoever inserts.
create function public.audit_event_of_now(event bigint, wanted text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (select from public.audit_event e
                  where e.xid = pg_current_xact_id() and e.id = event and e.action = wanted and e.outcome = 'success')
$$;
revoke all on function public.audit_event_of_now(bigint, text) from public;

create function public.audit_is_held(event bigint, at timestamptz) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (select from public.audit_hold h
                  where h.released_event is null and h.kind = 'event' and h.whose = event)
      or exists (select from public.audit_event e
                   join public.audit_hold h on h.released_event is null and h.kind = 'actor' and h.whose = e.actor_id
                  where e.id = event and e.recorded_at = at)
$$;
revoke all on function public.audit_is_held(bigint, timestamptz) from public;

create function public.audit_place_hold(wanted_kind text, wanted_whose bigint, event bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  hold bigint;
begin
  perform pg_advisory_xact_lock(hashtext('audit_payload'));
  if not public.audit_event_of_now(event, 'payload.held') then
    raise exception 'a hold needs its event in the same transaction' using errcode = 'insufficient_privilege';
  end if;
  insert into public.audit_hold (kind, whose, placed_event) values (wanted_kind, wanted_whose, event)
    returning id into hold;
  return hold;
end
$$;
revoke all on function public.audit_place_hold(text, bigint, bigint) from public;
grant execute on function public.audit_place_hold(text, bigint, bigint) to idx_app;

create function public.audit_release_hold(hold bigint, event bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('audit_payload'));
  if not public.audit_event_of_now(event, 'payload.released') then
    raise exception 'a release needs its event in the same transaction' using errcode = 'insufficient_privilege';
  end if;
  update public.audit_hold set released_event = event where id = hold and released_event is null;
  return found;
end
$$;
revoke all on function public.audit_release_hold(bigint, bigint) from public;
grant execute on function public.audit_release_hold(bigint, bigint) to idx_app;

-- 2. The guard of payloads lets one thing through: erasing what an event of the same transaction names ------------------

create function public.audit_refuse_payload() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE'
     and exists (select from public.audit_event e
                  where e.xid = pg_current_xact_id() and e.action = 'payload.erased' and e.outcome = 'success'
                    and (e.detail::jsonb -> 'event_ids') @> to_jsonb(old.event_id))
     and not public.audit_is_held(old.event_id, old.recorded_at) then
    return old;
  end if;
  raise exception 'the ledger is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
revoke all on function public.audit_refuse_payload() from public;
drop trigger no_mod on public.audit_payload;
create trigger no_mod before update or delete on public.audit_payload
  for each row execute function public.audit_refuse_payload();
alter table public.audit_payload enable always trigger no_mod;

-- 3. Expiry: the service asks what has expired, writes the event, and erases; never what is younger than a year ---------

create function public.audit_expired_payloads(before timestamptz, most integer) returns setof bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if most is null or most not between 1 and 1000 then
    raise exception 'most is 1 to 1000' using errcode = 'invalid_parameter_value';
  end if;
  return query
    select p.event_id from public.audit_payload p
     where p.recorded_at < before and not public.audit_is_held(p.event_id, p.recorded_at)
     order by p.recorded_at, p.event_id limit most;
end
$$;
revoke all on function public.audit_expired_payloads(timestamptz, integer) from public;

create function public.audit_erase_payloads(events bigint[]) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  erased integer;
begin
  perform pg_advisory_xact_lock(hashtext('audit_payload'));
  if exists (select from public.audit_payload p
              where p.event_id = any (events) and p.recorded_at > clock_timestamp() - interval '12 months') then
    raise exception 'a payload younger than 12 months does not expire' using errcode = 'insufficient_privilege';
  end if;
  delete from public.audit_payload p where p.event_id = any (events);
  get diagnostics erased = row_count;
  return erased;
end
$$;
revoke all on function public.audit_erase_payloads(bigint[]) from public;
grant execute on function public.audit_expired_payloads(timestamptz, integer),
                          public.audit_erase_payloads(bigint[]) to idx_app;

-- 4. Privileges and guards of the holds --------------------------------------------------------------------------------

revoke all on public.audit_hold from public, idx_app, idx_local, idx_auditor, idx_scan, idx_count, idx_sealer;
grant select on public.audit_hold to idx_auditor;
