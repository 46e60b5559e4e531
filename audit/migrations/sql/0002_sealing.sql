-- Sealing: one Merkle tree over all events, its checkpoints and cosignatures, and the eras of transaction identifiers.
-- Runs as the owner role. Reversed by 0002_sealing_reverse.sql.

-- 1. Tables ----------------------------------------------------------------------------------------------------------

create table public.audit_seal (                    -- a batch of at most 8,192 leaves, in leaf order
  batch       bigint      primary key check (batch > 0),
  first_leaf  bigint      not null unique check (first_leaf >= 0),
  n           integer     not null check (n between 1 and 8192),
  ids         bigint[]    not null,
  leaf_hashes bytea       not null,
  min_id      bigint      not null,
  max_id      bigint      not null,
  min_at      timestamptz not null,
  max_at      timestamptz not null,
  snapshot    pg_snapshot not null,                 -- what the sealer saw: proves the order
  era         smallint    not null,
  sealed_at   timestamptz not null default clock_timestamp(),
  root        bytea       not null check (octet_length(root) = 32),
  edge        bytea       not null,                 -- peaks of the tree after this batch
  check (cardinality(ids) = n),
  check (octet_length(leaf_hashes) = 32 * n),
  check (octet_length(edge) % 32 = 0)
);
create index audit_seal_ids_idx on public.audit_seal (max_id, min_id);

create table public.audit_node (                    -- perfect subtrees of 256 leaves and more
  level smallint not null check (level >= 8),
  idx   bigint   not null check (idx >= 0),
  hash  bytea    not null check (octet_length(hash) = 32),
  primary key (level, idx)
);

create table public.audit_checkpoint (
  size      bigint      primary key check (size > 0),
  note      text        not null check (octet_length(note) < 8192),
  signed_at timestamptz not null default clock_timestamp()
);

create table public.audit_cosignature (
  size        bigint      not null,
  witness     text        not null,
  line        text        not null check (octet_length(line) < 8192),
  cosigned_at timestamptz not null,
  primary key (size, witness)
);

-- Transaction identifiers start again when a dump is restored into another cluster; an era says which cluster they are of.
create table public.audit_era (
  era               smallint    primary key check (era > 0),
  system_identifier bigint      not null,
  first_xid         xid8        not null,
  began_at          timestamptz not null default clock_timestamp()
);
insert into public.audit_era (era, system_identifier, first_xid)
  select 1, system_identifier, pg_current_xact_id() from pg_control_system();

-- 2. Guards ----------------------------------------------------------------------------------------------------------

do $$
declare
  guarded text;
begin
  foreach guarded in array array['audit_seal', 'audit_node', 'audit_checkpoint', 'audit_cosignature', 'audit_era'] loop
    execute format('create trigger no_mod before update or delete on public.%I '
                   'for each row execute function public.audit_refuse()', guarded);
    execute format('create trigger no_trunc before truncate on public.%I '
                   'for each statement execute function public.audit_refuse()', guarded);
    execute format('alter table public.%I enable always trigger no_mod', guarded);
    execute format('alter table public.%I enable always trigger no_trunc', guarded);
    execute format('revoke all on public.%I from public, idx_app, idx_local, idx_auditor, idx_scan, idx_count, idx_sealer',
                   guarded);
  end loop;
end
$$;

-- 3. Privileges ------------------------------------------------------------------------------------------------------
-- The sealer writes no event; whoever writes events seals nothing. State (sizes and times) is for everybody who shows it.

grant select, insert on public.audit_seal, public.audit_node, public.audit_checkpoint, public.audit_cosignature
  to idx_sealer;
grant select on public.audit_era to idx_sealer, idx_auditor, idx_scan;
grant select on public.audit_seal, public.audit_node, public.audit_checkpoint, public.audit_cosignature
  to idx_auditor, idx_local;
grant select (size, signed_at) on public.audit_checkpoint to idx_app, idx_count;
grant select (size, witness, cosigned_at) on public.audit_cosignature to idx_app, idx_count;

-- A new era, after a restore into another cluster: raises the default of audit_event.era. The event log.era_started is
-- written by the command that calls this. Refused while the identifiers still go on: nothing to begin.
create function public.audit_new_era() returns smallint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  newest public.audit_era;
  here   bigint;
begin
  select * into newest from public.audit_era order by era desc limit 1;
  select system_identifier into here from pg_control_system();
  if here = newest.system_identifier and pg_current_xact_id() >= newest.first_xid then
    raise exception 'this is the cluster of era %: nothing to begin', newest.era using errcode = 'object_not_in_prerequisite_state';
  end if;
  insert into public.audit_era (era, system_identifier, first_xid)
    values (newest.era + 1, here, pg_current_xact_id());
  execute format('alter table public.audit_event alter column era set default %s', newest.era + 1);
  return newest.era + 1;
end
$$;
revoke all on function public.audit_new_era() from public;

-- 4. State -----------------------------------------------------------------------------------------------------------
-- How far sealing, witnessing and verifying have come: sizes and times, no event, so everybody who shows it may ask.

create function public.audit_state(out size bigint, out sealed_at timestamptz, out sealing_since timestamptz, out unsealed_since timestamptz,
                                   out witnessed_size bigint, out witnessed_at timestamptz,
                                   out unwitnessed_since timestamptz, out verified_at timestamptz,
                                   out verified_outcome text, out verified_reason text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with seal as (select first_leaf + n as size, sealed_at, snapshot, era
                  from public.audit_seal order by batch desc limit 1),
       seen as (select size, cosigned_at from public.audit_cosignature order by size desc limit 1),
       verified as (select recorded_at, outcome, reason from public.audit_event
                     where action = 'audit.verified' and recorded_at > clock_timestamp() - interval '40 days'
                     order by recorded_at desc limit 1)
  select coalesce((select seal.size from seal), 0), (select seal.sealed_at from seal),
         (select signed_at from public.audit_checkpoint order by size limit 1),
         (select min(e.recorded_at) from public.audit_event e left join seal on true
           where seal.era is null or e.era > seal.era
              or e.xid >= pg_snapshot_xmin(seal.snapshot) and e.era = seal.era
                 and not pg_visible_in_snapshot(e.xid, seal.snapshot)),
         coalesce((select seen.size from seen), 0), (select seen.cosigned_at from seen),
         (select min(c.signed_at) from public.audit_checkpoint c
           where c.size > coalesce((select seen.size from seen), 0)),
         (select recorded_at from verified), (select outcome from verified), (select reason from verified)
$$;
revoke all on function public.audit_state() from public;
grant execute on function public.audit_state() to idx_app, idx_local, idx_auditor, idx_count, idx_sealer;
create index audit_event_verified_idx on public.audit_event (recorded_at) where action = 'audit.verified';
