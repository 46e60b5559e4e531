drop trigger guard on public.accounts_accreditation;
drop function public.accreditation_guard();
drop trigger guard on public.accounts_evidenceitem;
drop function public.accreditation_evidence_guard();
drop trigger guard on public.accounts_accreditationapplication;
drop function public.accreditation_application_guard();
