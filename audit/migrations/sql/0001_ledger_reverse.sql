-- Drops the ledger with everything in it. Only for a database whose history nobody needs.

drop function public.audit_ensure_partitions(integer);
drop table public.audit_event;
drop schema audit_part;
drop table public.audit_payload;
drop function public.audit_refuse();
drop function public.audit_check();
