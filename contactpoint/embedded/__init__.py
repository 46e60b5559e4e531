"""Real PostgreSQL and Valkey from their wheels, as child processes of the demo, tests and commands.

Nothing here runs in production; only `manage.py`, the demo and the test plug-in import it.
"""
