"""The outbox: short e-mails that say "sign in", queued with the act they are about.

A message never holds personal data: its text follows from its kind alone. `queue_message` writes a
row in the caller's transaction; `delivery.py` sends it afterwards, again and again until it is sent
or given up. Messages inside ContactPoint (about a child) are not here.
"""

from accounts.messages.queue import queue_message
from accounts.models.messages import MessageKind

__all__ = ["MessageKind", "queue_message"]
