"""Invented England: made-up children, people and services for demonstrations and tests.

Nothing here comes from a real person. Codes are from ranges never issued (`codes.py`); only the
names of local authorities are real. Runs on databases marked synthetic and nowhere else.
"""
