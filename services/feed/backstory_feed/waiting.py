"""Waiting that is never silent and has an end: time is monotonic, so a clock that jumps changes
nothing, and whoever waits says for what."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from backstory_feed.errors import FeedError

FIRST_NOTICE_SECONDS = 5.0
NEXT_NOTICE_SECONDS = 60.0


def print_notice(text: str) -> None:
    """One line on standard error, where a trainer's log is."""
    print(f"backstory-feed: {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Clock:
    """Seconds that only go forward, and a sleep. Tests give their own."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Patience:
    """How long to wait, and who is told."""

    clock: Clock = field(default_factory=Clock)
    poll_seconds: float = 1.0
    """Pause between two looks for new data."""
    timeout_seconds: float | None = None
    """Longest wait at the head; None waits for ever."""
    repair_seconds: float = 30.0
    """Longest wait for a file that must exist already: a late shard, a store that is away."""
    tell: Callable[[str], None] = print_notice


class Wait:
    """One wait: `pause` sleeps once, tells what is waited for, and ends with an error."""

    def __init__(self, patience: Patience, seconds_max: float | None, code: str) -> None:
        self._patience = patience
        self._seconds_max = seconds_max
        self._code = code
        self._started = patience.clock.monotonic()
        self._next_notice = FIRST_NOTICE_SECONDS

    def pause(self, what: str) -> None:
        """Raises a FeedError with the wait's code when the time is over."""
        waited = self._patience.clock.monotonic() - self._started
        if self._seconds_max is not None and waited >= self._seconds_max:
            raise FeedError(self._code, f"{what}; waited {waited:.0f} s")
        if waited >= self._next_notice:
            self._patience.tell(f"{what}; waiting for {waited:.0f} s")
            self._next_notice = waited + NEXT_NOTICE_SECONDS
        pause = self._patience.poll_seconds
        if self._seconds_max is not None:
            pause = min(pause, max(self._seconds_max - waited, 0.001))
        self._patience.clock.sleep(pause)
