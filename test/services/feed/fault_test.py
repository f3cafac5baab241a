"""An output that tests damage, delay or grow, and the feed on it; folders are made in the first
argument."""

from __future__ import annotations

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from backstory_feed import Feed, FeedError
from written_output import FakeTime, WrittenOutput

FOLDER = Path(sys.argv.pop(1))


def indices(feed: Feed) -> list[int]:
    return [pack.index for batch in feed for pack in batch.packs]


class FaultTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="faults-", dir=FOLDER))
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"
        self.time = FakeTime()

    def written(self, **options: object) -> WrittenOutput:
        return WrittenOutput(self.out, **options)

    def feed(self, size: int = 1, **options: object) -> Feed:
        options = {"patience": self.time.patience(), "threads": 0, **options}
        return Feed(self.out, size, **options)

    def refused(self, code: str, *parts: str, **options: object) -> FeedError:
        with self.assertRaises(FeedError) as caught:
            indices(self.feed(**options))
        self.assertEqual(caught.exception.code, code)
        for part in parts:
            self.assertIn(part, str(caught.exception))
        return caught.exception
