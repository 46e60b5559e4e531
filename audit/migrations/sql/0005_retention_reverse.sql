drop trigger no_mod on public.audit_payload;
create trigger no_mod before update or delete on public.audit_payload
  for each row execute function public.audit_refuse();
alter table public.audit_payload enable always trigger no_mod;
drop function public.audit_erase_payloads(bigint[]);
drop function public.audit_expired_payloads(timestamptz, integer);
drop function public.audit_refuse_payload();
drop function public.audit_release_hold(bigint, bigint);
drop function public.audit_place_hold(text, bigint, bigint);
drop function public.audit_is_held(bigint, timestamptz);
drop function public.audit_event_of_now(bigint, text);
drop index public.audit_payload_time_idx;
drop table public.audit_hold;
