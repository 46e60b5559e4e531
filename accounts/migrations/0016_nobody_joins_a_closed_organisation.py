"""The database lets nobody join a closed organisation, and waits for a closing that is under way."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION public.accounts_joins_open_organisation() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    joined bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    ended timestamptz;
BEGIN
    SELECT closed_at INTO ended FROM public.accounts_organisation WHERE id = joined FOR SHARE;
    IF ended IS NOT NULL THEN
        RAISE EXCEPTION 'organisation % was closed', joined
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_joins_a_closed_organisation';
    END IF;
    RETURN NEW;
END $$
"""
JOINING = (
    ("accounts_user", "employer_id"),
    ("accounts_rolegrant", "content_object_id"),
    ("accounts_organisation", "parent_id"),
)


def _triggers(table: str, column: str) -> str:
    call = f"FOR EACH ROW {{when}} EXECUTE FUNCTION public.accounts_joins_open_organisation('{column}')"
    changed = call.format(when=f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column})")
    made = call.format(when="")
    return (
        f"CREATE TRIGGER joins_open_organisation BEFORE INSERT ON public.{table} {made};"
        f"CREATE TRIGGER moves_to_open_organisation BEFORE UPDATE OF {column} ON public.{table}"
        f" {changed};"
    )


def _without(table: str) -> str:
    return (
        f"DROP TRIGGER joins_open_organisation ON public.{table};"
        f"DROP TRIGGER moves_to_open_organisation ON public.{table};"
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_directories")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.accounts_joins_open_organisation()"),
        *(
            migrations.RunSQL(_triggers(table, column), _without(table))
            for table, column in JOINING
        ),
    ]
