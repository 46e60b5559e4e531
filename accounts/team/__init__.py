"""What a management team sees of the people it looks after: lists, one person, a list as a file.

Changes are in `accounts.actions`; who may is asked of `accounts.policies`, here as there.
"""
