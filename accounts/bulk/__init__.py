"""Many people at once, from a CSV file: `files.py` reads it, `people.py` does for each row what the
action for one person does. No rules here.
"""
