"""Composition only: settings, URLs, Celery, embedded servers. Imports everyone, imported by no one."""
