"""The audit log: written (ledger), read (trail), later watched, acted upon and counted."""
