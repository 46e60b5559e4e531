"""The ledger: writes events and will prove them. The ground floor: it imports nothing of ours.

Callers use `writer.append`, `events.EventType`, `events.Outcome` and `actor.Actor`; reading
belongs to `audit.trail`.
"""
