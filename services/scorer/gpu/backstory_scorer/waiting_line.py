"""What waits for a forward: candidates behind their contexts, and contexts to be read. Oldest
first in both. Pure bookkeeping: the engine holds its lock around every call.
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field

from backstory_scorer.cache import Ids, Prefix
from backstory_scorer.errors import ScorerError
from backstory_scorer.model import Piece, Scored

RETRY_SECONDS_MAX = 60


@dataclass
class Job:
    """One candidate: its last token of context, thought, and code without the last token."""

    number: int
    ids: list[int]
    score_from: int
    targets: list[int]
    best: bool
    future: Future[Scored]
    length: int = 0
    """Tokens of the prefix that it follows."""
    prefix: Prefix | None = None

    @property
    def piece(self) -> Piece:
        """What the model is to compute."""
        return Piece(self.prefix, self.length, self.ids, self.score_from, self.targets)


@dataclass
class Filling:
    """A context that is being read; or a whole text that is too long for one forward, which is
    scored on the way and forgotten."""

    key: str
    ids: Ids
    length: int
    prefix: Prefix | None = None
    jobs: list[Job] = field(default_factory=list)
    score_from: int | None = None
    whole: Future[Scored] | None = None
    parts: list[Scored] = field(default_factory=list)
    counted: int = 0
    """Its share of the tokens that wait."""

    @property
    def wanted(self) -> bool:
        """Whether anyone still waits for it."""
        if self.whole is not None:
            return not self.whole.cancelled()
        return any(not job.future.cancelled() for job in self.jobs)

    @property
    def left(self) -> int:
        """Tokens to read."""
        return self.length - (0 if self.prefix is None else self.prefix.done)


class WaitingLine:
    """All that waits, and how many tokens it has."""

    def __init__(self, tokens_max: int) -> None:
        self.fillings: OrderedDict[str, Filling] = OrderedDict()
        self.tokens = 0
        self.candidates = 0
        self.tokens_per_second = 0.0
        """Of the last forwards, smoothed."""
        self._tokens_max = tokens_max
        self._ready: list[tuple[int, Job]] = []

    def __bool__(self) -> bool:
        return bool(self._ready or self.fillings)

    @property
    def full(self) -> bool:
        """Whether the next request would be sent away."""
        return self.tokens >= self._tokens_max

    def admit(self, tokens: int) -> None:
        """Sends away what does not fit, with the time after which it may. What is larger than the
        whole line is taken when nothing waits."""
        if self.tokens == 0 or self.tokens + tokens <= self._tokens_max:
            return
        seconds = math.ceil(self.tokens / max(self.tokens_per_second, 1.0))
        told = f"{self.tokens} tokens wait; at most {self._tokens_max} may"
        raise ScorerError("QUEUE_FULL", told, min(RETRY_SECONDS_MAX, max(1, seconds)))

    def add_ready(self, job: Job) -> None:
        """A candidate whose context has been read."""
        heapq.heappush(self._ready, (job.number, job))

    def count(self, job: Job) -> None:
        """A candidate begins to wait."""
        self.tokens += len(job.ids)
        self.candidates += 1

    def discount(self, job: Job) -> None:
        """A candidate waits no more."""
        self.tokens -= len(job.ids)
        self.candidates -= 1

    def recount(self, filling: Filling, left: int) -> None:
        """Of a context or text, this many tokens wait now."""
        self.tokens += left - filling.counted
        filling.counted = left

    def measure(self, tokens: int, seconds: float) -> None:
        """One forward more for the speed."""
        now = tokens / max(seconds, 1e-9)
        before = self.tokens_per_second
        self.tokens_per_second = now if before == 0 else 0.9 * before + 0.1 * now

    def take(self, tokens_max: int) -> list[Job]:
        """The oldest candidates that fit into one forward, those of one context side by side.
        Cancelled ones are taken out too."""
        taken: list[Job] = []
        tokens = 0
        while self._ready:
            job = self._ready[0][1]
            size = 0 if job.future.cancelled() else len(job.ids)
            if tokens > 0 and tokens + size > tokens_max:
                break
            heapq.heappop(self._ready)
            taken.append(job)
            tokens += size
        order: dict[int, int] = {}
        for job in taken:
            order.setdefault(id(job.prefix), len(order))
        return sorted(taken, key=lambda job: order[id(job.prefix)])

    def end_all(self) -> list[Future[Scored]]:
        """Empties the line; the futures of all that waited."""
        jobs = [job for _number, job in self._ready]
        jobs += [job for filling in self.fillings.values() for job in filling.jobs]
        whole = [each.whole for each in self.fillings.values() if each.whole is not None]
        self._ready.clear()
        self.fillings.clear()
        self.tokens = self.candidates = 0
        return [job.future for job in jobs] + whole
