-- What the forms and actions of accreditation refuse, the database refuses too. Tables are named with their schema, since
-- the app role may make temporary tables. Violations are check violations, so that Django sees an IntegrityError.

create function public.accreditation_application_guard() returns trigger
language plpgsql as $$
declare
  missing text;
begin
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      raise exception 'an application begins as a draft' using errcode = 'check_violation';
    end if;
    return new;
  end if;

  if new.organisation_id <> old.organisation_id then
    raise exception 'an application stays with its organisation' using errcode = 'check_violation';
  end if;

  if new.status <> old.status and (old.status, new.status) not in (
    ('draft', 'submitted'), ('returned', 'submitted'), ('submitted', 'under_review'),
    ('under_review', 'returned'), ('under_review', 'accredited'), ('under_review', 'refused'),
    ('draft', 'given_up'), ('submitted', 'given_up'), ('returned', 'given_up')
  ) then
    raise exception 'an application does not move from % to %', old.status, new.status
      using errcode = 'check_violation';
  end if;

  if new.status = 'accredited' and old.status <> 'accredited' then
    select string_agg(needed, ', ' order by needed) into missing
      from unnest(array['disciplinary_procedures', 'data_protection_lead', 'information_security',
                        'criminal_record_checks', 'training_arrangements', 'local_investigation']) as needed
     where not exists (
       select from public.accounts_evidenceitem item
        where item.application_id = new.id and item.kind = needed and item.removed_at is null
          and item.expires_on >= (now() at time zone 'Europe/London')::date
     );
    if missing is not null then
      raise exception 'evidence is missing or out of date: %', missing using errcode = 'check_violation';
    end if;
  end if;

  if new.decided_by_id is not null and old.decided_by_id is null and exists (
    select from public.accounts_organisation o
      join public.accounts_user u on u.id = new.decided_by_id
      left join public.accounts_rolegrant g on g.user_id = u.id
     where o.id = new.organisation_id and o.id in (u.employer_id, g.content_object_id)
  ) then
    raise exception 'nobody decides on an organisation of their own' using errcode = 'check_violation';
  end if;
  return new;
end
$$;

create trigger guard before insert or update on public.accounts_accreditationapplication
  for each row execute function public.accreditation_application_guard();

-- Evidence changes only while the application lies with its applicant; the lock keeps it there meanwhile.
create function public.accreditation_evidence_guard() returns trigger
language plpgsql as $$
begin
  perform from public.accounts_accreditationapplication
    where id = new.application_id and status in ('draft', 'returned') for share;
  if not found then
    raise exception 'the application has been submitted' using errcode = 'check_violation';
  end if;
  return new;
end
$$;

create trigger guard before insert or update on public.accounts_evidenceitem
  for each row execute function public.accreditation_evidence_guard();

-- An accreditation comes of an approved application of the same organisation. Two have none: the central body's, which
-- nobody stands above, and those of invented organisations, with which no production starts.
create function public.accreditation_guard() returns trigger
language plpgsql as $$
begin
  if new.application_id is null then
    perform from public.accounts_organisation
      where id = new.organisation_id and (kind = 'central_body' or is_invented);
  else
    perform from public.accounts_accreditationapplication
      where id = new.application_id and organisation_id = new.organisation_id and status = 'accredited';
  end if;
  if not found then
    raise exception 'an accreditation needs an approved application' using errcode = 'check_violation';
  end if;
  return new;
end
$$;

create trigger guard before insert on public.accounts_accreditation
  for each row execute function public.accreditation_guard();
