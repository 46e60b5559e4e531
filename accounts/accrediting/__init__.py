"""What the pages of accreditation show: found, and only for those who may see it.

Changing anything is in `accounts/actions`; handing out a file is `accounts.access.read_evidence`.
"""
