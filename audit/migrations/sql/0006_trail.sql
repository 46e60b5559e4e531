-- The trail of one child record, also for local teams. Which records an event showed is a list, and no policy lets an
-- operator on lists near an index before it has seen every row; so a function finds the numbers of the events, within
-- the reader's base. The events themselves are then read as always, under the policy. Runs as the owner role.

create index audit_event_shown_idx on public.audit_event using gin (result_ids) where result_ids is not null;

create function public.audit_events_of_record(record bigint, since timestamptz, until timestamptz, most integer)
returns setof bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  whole constant boolean := pg_has_role(session_user, 'idx_auditor', 'member');
  base  constant integer := case when whole then null else current_setting('index.base')::integer end;
begin
  if most is null or most not between 1 and 1000 then
    raise exception 'most is 1 to 1000' using errcode = 'invalid_parameter_value';
  end if;
  return query
    select found.id
      from (select e.id, e.recorded_at from public.audit_event e
             where e.target_type = 'child_record' and e.target_id = record
               and e.recorded_at >= since and e.recorded_at < until and (whole or e.actor_base = base)
            union
            select e.id, e.recorded_at from public.audit_event e
             where e.result_ids @> array[record]
               and e.recorded_at >= since and e.recorded_at < until and (whole or e.actor_base = base)
           ) as found
     order by found.recorded_at desc, found.id desc
     limit most;
end
$$;
revoke all on function public.audit_events_of_record(bigint, timestamptz, timestamptz, integer) from public;
grant execute on function public.audit_events_of_record(bigint, timestamptz, timestamptz, integer)
  to idx_local, idx_auditor;
