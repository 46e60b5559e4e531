drop function public.audit_events_of_record(bigint, timestamptz, timestamptz, integer);
drop index public.audit_event_shown_idx;
