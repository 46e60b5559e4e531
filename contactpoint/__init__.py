"""Composition only: settings, URLs, Celery, embedded servers. Imported by no one."""
