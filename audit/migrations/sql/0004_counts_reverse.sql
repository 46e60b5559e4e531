drop function public.audit_count_anew(date);
drop view public.audit_counted;
drop table public.audit_count;
