-- Only a ledger that was never sealed may lose its seals.
do $$
begin
  if exists (select from public.audit_seal) then
    raise exception 'the ledger has been sealed: its seals are not removed';
  end if;
end
$$;
drop index public.audit_event_verified_idx;
drop function public.audit_state();
drop function public.audit_new_era();
drop table public.audit_era, public.audit_cosignature, public.audit_checkpoint, public.audit_node, public.audit_seal;
