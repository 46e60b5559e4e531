"""The staff feed: a personnel system's daily list of who works for one employer.

Reading and checking the file stands here; what it changes in `accounts/actions/staff_feed.py`.
"""

from accounts.staffing.read import read_staff
from accounts.staffing.rows import BrokenFeed, Reject, StaffFile, StaffRow

__all__ = ["BrokenFeed", "Reject", "StaffFile", "StaffRow", "read_staff"]
