-- Counts of sealed events for dashboards, folded by the sealer in the transaction of the seal. No person is in them.
-- Runs as the owner role. Reversed by 0004_counts_reverse.sql.

-- 1. What is counted -------------------------------------------------------------------------------------------------
-- An event counts once in every kind, on the day it was recorded as people in England read the clock. 0 and '' stand
-- for "none". The order of the key is that of the questions: one kind; then everybody, or one base, or one organisation;
-- then a run of days.

create table public.audit_count (
  kind    text    not null check (kind in ('country_day', 'base_day', 'base_month', 'organisation_day', 'organisation_month')),
  whose   integer not null,                           -- base or organisation of the actor; 0 for the country
  starts  date    not null,                           -- the day, or the first of the month
  action  text    not null,
  outcome text    not null,
  reason  text    not null,
  role    text    not null,
  n       bigint  not null check (n > 0),
  size    bigint  not null,                           -- of the tree when this row was folded last
  primary key (kind, whose, starts, action, outcome, reason, role)
);

create view public.audit_counted with (security_invoker = true) as
  select e.id, e.recorded_at, e.era, e.xid, per.kind, per.whose, per.starts, e.action, e.outcome,
         coalesce(e.reason, '') as reason, coalesce(e.actor_role, '') as role
    from public.audit_event e
   cross join lateral (select (e.recorded_at at time zone 'Europe/London')::date) as at (day)
   cross join lateral (values
     ('country_day', 0, at.day),
     ('base_day', coalesce(e.actor_base, 0), at.day),
     ('base_month', coalesce(e.actor_base, 0), date_trunc('month', at.day::timestamp)::date),
     ('organisation_day', coalesce(e.actor_org, 0), at.day),
     ('organisation_month', coalesce(e.actor_org, 0), date_trunc('month', at.day::timestamp)::date)
   ) as per (kind, whose, starts);

-- 2. Counted anew: what the seals so far hold, for whole days and months that begin after `after` ---------------------

create function public.audit_count_anew(after date) returns table (
  kind text, whose integer, starts date, action text, outcome text, reason text, role text, n bigint)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with last as (select snapshot, era from public.audit_seal order by batch desc limit 1)
  select c.kind, c.whose, c.starts, c.action, c.outcome, c.reason, c.role, count(*)
    from public.audit_counted c cross join last
   where c.recorded_at >= ((after + 1)::timestamp at time zone 'Europe/London') and c.starts > after
     and (c.era < last.era or pg_visible_in_snapshot(c.xid, last.snapshot))
   group by 1, 2, 3, 4, 5, 6, 7
$$;
revoke all on function public.audit_count_anew(date) from public;

insert into public.audit_count
  select anew.*, (select first_leaf + n from public.audit_seal order by batch desc limit 1)
    from public.audit_count_anew('-infinity') as anew;

-- 3. Privileges: the sealer folds, dashboards read the counts and nothing else of the ledger --------------------------

revoke all on public.audit_count, public.audit_counted
  from public, idx_app, idx_local, idx_auditor, idx_scan, idx_count, idx_sealer;
grant select, insert, update (n, size) on public.audit_count to idx_sealer;
grant select on public.audit_counted to idx_sealer, idx_auditor;
grant select on public.audit_count to idx_count, idx_auditor;
grant execute on function public.audit_count_anew(date) to idx_auditor;
