"""Loads steps ahead in threads, bounded by bytes, and hands them out in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")


class Prefetch(Generic[Work, Result]):
    """A queue of loads. With `threads` 0 each is loaded when it is taken.

    At most `bytes_max` bytes wait, but always room for one load, however large.
    """

    def __init__(self, load: Callable[[Work], Result], threads: int, bytes_max: int) -> None:
        self._load = load
        self._loads_max = max(1, 4 * threads)
        # Loads of one shard wait for the one that checks it, so that others check the next shards.
        workers = self._loads_max
        self._pool = ThreadPoolExecutor(workers, "backstory-feed") if threads > 0 else None
        self._bytes_max = bytes_max if threads > 0 else 0
        self._queue: deque[tuple[Work, Future[Result] | None, int]] = deque()
        self._bytes = 0

    def has_room(self) -> bool:
        """Whether another load may begin."""
        if not self._queue:
            return True
        return self._bytes < self._bytes_max and len(self._queue) < self._loads_max

    def begin(self, work: Work, size: int) -> None:
        """Queues a load of about `size` bytes."""
        future = None if self._pool is None else self._pool.submit(self._load, work)
        self._queue.append((work, future, size))
        self._bytes += size

    def take(self) -> Result | None:
        """The next load, waited for; None when none is queued. Raises what its load raised."""
        if not self._queue:
            return None
        work, future, size = self._queue.popleft()
        self._bytes -= size
        return self._load(work) if future is None else future.result()

    def forget(self) -> None:
        """Drops what is queued."""
        for _, future, _ in self._queue:
            if future is not None:
                future.cancel()
        self._queue.clear()
        self._bytes = 0

    def __enter__(self) -> Prefetch[Work, Result]:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.forget()
        if self._pool is not None:
            # A load that went on would touch a mapped file after its feed has ended. Whoever cuts
            # that file short then, as the writer of a new copy does, would end this process.
            self._pool.shutdown(wait=True, cancel_futures=True)
