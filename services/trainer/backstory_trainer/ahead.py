"""Takes the next item while the last one is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Ahead(Generic[Item]):
    """An iterator that runs in a thread of its own, one item ahead. Whoever leaves the context must
    have ended the waits of the iterator."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._thread = ThreadPoolExecutor(1, "backstory-steps")
        self._coming: Future[Item | None] | None = None

    def take(self, *, last: bool = False) -> Item | None:
        """The next item, None after the end; raises what the iterator raised. With `last` it takes
        no further one."""
        coming = self._coming or self._begin()
        item = coming.result()
        self._coming = None if last or item is None else self._begin()
        return item

    def _begin(self) -> Future[Item | None]:
        return self._thread.submit(next, self._items, None)

    def __enter__(self) -> Ahead[Item]:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
