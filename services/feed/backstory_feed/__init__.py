"""Batches of backstory packs for a trainer; the whole position is one integer (I9)."""

from backstory_feed.errors import FeedError
from backstory_feed.feed import Batch, Feed, Shuffle
from backstory_feed.mds import Pack

__all__ = ["Batch", "Feed", "FeedError", "Pack", "Shuffle"]
