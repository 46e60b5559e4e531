drop function public.audit_own_events(integer);
