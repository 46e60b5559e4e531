"""Parsing what people type, with messages that say what to do. No `save()`: see actions."""
