"""Batches of backstory packs for a trainer; the whole position is one integer a stream (I9)."""

from backstory_feed.collate import Arrays, Form, collate
from backstory_feed.data.mds import Pack
from backstory_feed.data.shards import Limits
from backstory_feed.data.stream import Stream
from backstory_feed.errors import FeedError
from backstory_feed.feed import Batch, Feed
from backstory_feed.order import Shuffle
from backstory_feed.waiting import Clock, Patience

__all__ = [
    "Arrays",
    "Batch",
    "Clock",
    "Feed",
    "FeedError",
    "Form",
    "Limits",
    "Pack",
    "Patience",
    "Shuffle",
    "Stream",
    "collate",
]
