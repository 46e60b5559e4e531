"""Feeds about the work around children: involvements, teams, memberships, sites, rota, networks.

`spec.py` says what a feed is, `kinds.py` lists them, `read.py` checks the cells of a file,
`load.py` loads it. Feeds of child records are in the package above.
"""

from records.feeds.work.kinds import FEEDS
from records.feeds.work.load import LoadSummary, load_feed
from records.feeds.work.read import TableReader
from records.feeds.work.received import Received, received

__all__ = ["FEEDS", "LoadSummary", "Received", "TableReader", "load_feed", "received"]
