"""SIGTERM and SIGINT ask a run to save and end: between two steps, or in the midst of a wait."""

from __future__ import annotations

import signal
import time
from types import FrameType

from backstory_feed.waiting import Clock, Patience

LOOK_SECONDS = 0.1


class Stopped(Exception):
    """A wait ended because the run is to stop."""


class Stop:
    """Whether the run was asked to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def patience(self) -> Patience:
        """For the feed: its waits end at the signal, by `Stopped`."""
        return Patience(clock=Clock(sleep=self._sleep))

    def end_waits(self) -> None:
        """Ends the waits of a run that is over."""
        self.asked = True

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.asked:
                raise Stopped
            time.sleep(min(left, LOOK_SECONDS))
