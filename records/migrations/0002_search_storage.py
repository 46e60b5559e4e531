"""Storage of the search table, and the one statement that reads it, with its planner options.

Why a function and not a prepared statement: docs/adr/0005-search-keys.md.
"""

from typing import ClassVar

from django.db import migrations

# Keys stay in the row: fetching them from a TOAST table would cost a second read a child.
STORAGE = """
ALTER TABLE child_search ALTER COLUMN keys SET STORAGE MAIN;
ALTER TABLE child_search SET (fillfactor = 95);
"""
STORAGE_BACK = """
ALTER TABLE child_search ALTER COLUMN keys SET STORAGE EXTENDED;
ALTER TABLE child_search RESET (fillfactor);
"""

# The planner cannot know that every key is rare: without these options it scans the whole table.
FUNCTION = """
CREATE FUNCTION search_candidates(wanted bigint[], fuse integer)
RETURNS TABLE (child_id integer, doc text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY SELECT s.child_id, s.doc FROM child_search s WHERE s.keys && wanted LIMIT fuse;
END
$$;
"""
FUNCTION_BACK = "DROP FUNCTION search_candidates(bigint[], integer);"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0001_initial")]

    operations: ClassVar = [
        migrations.AlterModelOptions("childsearch", {"default_permissions": ()}),
        migrations.AlterModelOptions("namestat", {"default_permissions": ()}),
        migrations.AlterModelOptions("namedelete", {"default_permissions": ()}),
        migrations.RunSQL(STORAGE, STORAGE_BACK),
        migrations.RunSQL(FUNCTION, FUNCTION_BACK),
    ]
