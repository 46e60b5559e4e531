-- What a person may read of the ledger about themselves: how their account was signed in to, and who opened their
-- file. A function and not a second policy: policies of one role are joined by "or", and the one of the base raises
-- while no base is set, which has to stay so. The function runs as the owner, so its text is the whole of what it
-- shows; whose events it shows is set for one transaction (audit/ledger/scope.py), and unset it raises.

create function public.audit_own_events(most integer) returns setof public.audit_event
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  person constant bigint := current_setting('index.person')::bigint;
  since  constant timestamptz := now() - interval '92 days';
begin
  if most is null or most not between 1 and 1000 then
    raise exception 'most is 1 to 1000' using errcode = 'invalid_parameter_value';
  end if;
  return query
    select own.*
      from (
        (select e.* from public.audit_event e
          where e.actor_id = person and e.actor_kind = 'person' and e.recorded_at >= since
            and (e.action like 'auth.%' or e.action like 'session.%')
          order by e.recorded_at desc limit most)
        union all
        (select e.* from public.audit_event e
          where e.target_type = 'user' and e.target_id = person and e.recorded_at >= since
            and (e.action like 'auth.%' or e.action like 'session.%' or e.action = 'account.read')
            and (e.actor_id is distinct from person or e.actor_kind <> 'person')
          order by e.recorded_at desc limit most)
      ) as own
     order by own.recorded_at desc, own.id desc
     limit most;
end
$$;
revoke all on function public.audit_own_events(integer) from public;
grant execute on function public.audit_own_events(integer) to idx_local;
