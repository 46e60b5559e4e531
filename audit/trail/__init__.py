"""Reading the audit trail: in words, one user base at a time, never without an event of its own.

Writing and proving belong to `audit.ledger`; watching, acting and counting to other rooms.
"""
