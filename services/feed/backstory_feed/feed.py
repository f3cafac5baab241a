"""Batches from shards. Batch g is positions [g*B, (g+1)*B) of the order, rank r takes its slice,
and the position is g: any world size resumes from it exactly, also while the data grows (I9)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from backstory_feed.data.mds import Pack, blank_pack
from backstory_feed.data.shards import Limits
from backstory_feed.data.stream import OpenStream, Place, Stream
from backstory_feed.errors import FeedError
from backstory_feed.mixture import Mixture
from backstory_feed.order import Shuffle
from backstory_feed.prefetch import Prefetch
from backstory_feed.state import check_state, fingerprint, make_state, mismatch
from backstory_feed.waiting import Patience, Wait

Location = str | os.PathLike[str]


@dataclass(frozen=True, eq=False)
class Batch:
    """This rank's part of one step."""

    step: int
    packs: list[Pack]
    part: int = 0
    """Which of the `parts` that the rank's packs of a step come in."""
    parts: int = 1
    skipped: tuple[tuple[str, str], ...] = ()
    """(stream, shard) of the bad shards for whose packs blanks stand here."""

    @property
    def last(self) -> bool:
        """Whether the step is complete with this part."""
        return self.part == self.parts - 1

    @property
    def tokens(self) -> int:
        """Tokens of these packs."""
        return sum(pack.tokens for pack in self.packs)


@dataclass(frozen=True)
class _Plan:
    step: int
    part: int
    places: list[Place]

    @property
    def bytes(self) -> int:
        return sum(place.bytes for place in self.places)


@dataclass(frozen=True)
class _End:
    """Where copies of a feed in other processes end."""

    position: int | None
    closed: bool


class Feed:
    """Iterates over batches from `start` on, or from a loaded state.

    `source` is one location, or the `Stream`s of a mixture. Iteration ends at the end of a closed
    data set; at the end of one that grows it waits (`head="wait"`), or ends too (`head="stop"`):
    a later feed then goes on with the packs that came meanwhile. A mixture ends where the first of
    its streams does. Every shard is checked when it is first read; a corrupt one ends the iteration
    (`bad_shards="fatal"`), or each of its packs becomes one masked token (`"skip"`), in its place.
    A missing one ends it in both cases: it may be late for one rank alone, so going on without it
    is for `exclude`, which all ranks are given. The last batch may be short; `drop_last` leaves it
    out.
    """

    def __init__(
        self,
        source: Location | Sequence[Stream],
        batch_size: int,
        *,
        rank: int = 0,
        world_size: int = 1,
        start: int = 0,
        shuffle: Shuffle | None = None,
        epochs: int | None = 1,
        seed: int = 0,
        drop_last: bool = False,
        head: Literal["wait", "stop"] = "wait",
        missing: Literal["fatal", "wait"] = "fatal",
        bad_shards: Literal["fatal", "skip"] = "fatal",
        exclude: Sequence[str] = (),
        threads: int = 2,
        prefetch_bytes: int = 256 << 20,
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`seed` places the streams of a mixture; `exclude` names shards to skip on every rank."""
        self._arguments = {key: value for key, value in locals().items() if key != "self"}
        if batch_size < 1 or world_size < 1 or not 0 <= rank < world_size or start < 0:
            raise ValueError("batch_size, world_size, rank or start is out of range")
        if batch_size % world_size != 0:
            raise ValueError(f"batch_size {batch_size} is not a multiple of {world_size} ranks")
        if threads < 0 or prefetch_bytes < 1:
            raise ValueError("threads or prefetch_bytes is out of range")
        check_choice("head", head, ("wait", "stop"))
        check_choice("missing", missing, ("fatal", "wait"))
        check_choice("bad_shards", bad_shards, ("fatal", "skip"))
        if isinstance(exclude, str):
            raise ValueError(f"exclude is a list of paths of shards, not the text {exclude!r}")
        self.batch_size = batch_size
        self.rank = rank
        self.world_size = world_size
        self._step = self._begun = self._begin = start
        self._moved = 0
        self.begins: MutableSequence[int] = [start]
        """The step from which the next iteration begins, as processes that share it see it."""
        self._end: _End | None = None
        self._seed = seed
        self._drop_last = drop_last
        self._head = head
        self._skip = bad_shards == "skip"
        self._threads = threads
        self._prefetch_bytes = prefetch_bytes
        self._patience = patience or Patience()
        self._looked = float("-inf")
        self._ends: list[int | None] = []
        self._settled: tuple[int | None, int] = (0, 0)
        streams = streams_of(source, shuffle, epochs)
        self._mixture = Mixture([stream.weight for stream in streams], seed)
        self._streams = [
            OpenStream(stream, self._patience, limits or Limits()) for stream in streams
        ]
        self._skipped: set[tuple[str, str]] = {
            (stream.name, path) for stream in self._streams for path in exclude
        }
        for stream in self._streams:
            stream.look(must_exist=missing == "fatal")

    def state_dict(self) -> dict[str, Any]:
        """The position after the last whole step that was handed out. Save it with the model."""
        return self.state_at(self._step)

    def state_at(self, step: int) -> dict[str, Any]:
        """The state from which a feed goes on at a step."""
        before = self._mixture.before(step * self.batch_size)
        positions = dict(zip((stream.name for stream in self._streams), before, strict=True))
        anchors = {stream.name: stream.catalogue.anchor() for stream in self._streams}
        return make_state(step, positions, self._facts(), anchors, sorted(self._skipped))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes to the position of a saved state. STATE_MISMATCH if it belongs to other data, or
        to another batch size, order or mixture; ranks and workers may change."""
        step = check_state(state, self._facts())
        before = self._mixture.before(step * self.batch_size)
        try:
            skipped = {(str(name), str(path)) for name, path in state["skipped"]}
            for stream, position in zip(self._streams, before, strict=True):
                if state["positions"].get(stream.name) != position:
                    raise mismatch(f"its position in {stream.name} does not belong to step {step}")
                anchor = state["anchors"].get(stream.name)
                if anchor is not None:
                    stream.catalogue.check_anchor(anchor)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise mismatch(f"it is not as it was saved ({error!r})") from error
        self._skipped |= skipped
        self.seek(step)

    def seek(self, step: int) -> None:
        """Goes to a step, also in the midst of an iteration."""
        if step < 0:
            raise ValueError("a step is at least 0")
        self.begin_next_at(step)
        self._step = step
        self._moved += 1

    def begin_next_at(self, step: int) -> None:
        """Says where the next iteration of loading workers begins; this one goes on."""
        self._begin = self.begins[0] = step

    def begin_again(self, *, shared: bool) -> None:
        """Goes to where the next iteration begins: as another process says now (`shared`), or as
        was said here, or before this copy was made."""
        self._step = int(self.begins[0]) if shared else self._begin
        self._moved += 1

    def fingerprint(self) -> str:
        """Equal on all ranks that read one order: compare it once before training."""
        return fingerprint(self._facts())

    @property
    def step(self) -> int:
        """The next step."""
        return self._step

    def leave_out(self, shards: Sequence[tuple[str, str]]) -> None:
        """Skips shards that another process of this rank has met as bad."""
        self._skipped |= set(shards)

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """(stream, shard) whose packs are blanks: bad ones that this rank met, and excluded."""
        return sorted(self._skipped)

    def __iter__(self) -> Iterator[Batch]:
        """Whole steps."""
        return self.iterate()

    def iterate(self, parts: int = 1, *, offset: int = 0, stride: int = 1) -> Iterator[Batch]:
        """Each step in so many parts (micro-batches) of equal size; of all parts from here on,
        every `stride`-th from `offset`, which is how loading workers share the work."""
        share = self.batch_size // self.world_size
        if parts < 1 or share % parts != 0:
            raise ValueError(f"{parts} parts cannot share the {share} packs of a rank")
        if stride > 1:
            self._end = self._fixed_end()
        with Prefetch(self._load, self._threads, self._prefetch_bytes) as ahead:
            moved, coming = self._moved, self._step * parts + offset
            self._begun = self._step
            while True:
                while ahead.has_room() and (plan := self._plan(coming, parts)) is not None:
                    ahead.begin((plan, parts), plan.bytes)
                    coming += stride
                batch = ahead.take()
                if batch is not None:
                    # Advanced before the yield, so a state saved after training on it is right.
                    self._step = batch.step + batch.last
                    yield batch
                elif not self._wait_for(coming, parts):
                    return
                if self._moved != moved:
                    ahead.forget()
                    moved, coming = self._moved, self._step * parts + offset
                    self._begun = self._step

    def _plan(self, item: int, parts: int) -> _Plan | None:
        """What this rank reads in a part of a step; None if it is not settled yet, or ended."""
        step, part = divmod(item, parts)
        size, first = self.batch_size, step * self.batch_size
        count = self._count(first)
        if count < size and self._end is None:
            self._look()
            count = self._count(first)
        if count == 0 or (count < size and (self._drop_last or not self._closed())):
            return None
        share = size // self.world_size // parts
        start = (self.rank * parts + part) * share
        mine = range(first + start, first + min(start + share, count))
        return _Plan(step, part, [self._place(position) for position in mine])

    def _place(self, position: int) -> Place:
        stream, at = self._mixture.at(position)
        return self._streams[stream].place_of(stream, at)

    def _bound(self) -> tuple[int | None, OpenStream]:
        """How many positions have packs that are known for ever, None for all, and the stream
        whose pack comes next there: the mixture waits for it, or ends with it."""
        ends = [stream.settled() for stream in self._streams]
        if ends != self._ends:
            known = [
                (self._mixture.position_of(stream, end), stream)
                for stream, end in enumerate(ends)
                if end is not None
            ]
            self._ends, self._settled = ends, min(known, default=(None, 0))
        position, stream = self._settled
        return position, self._streams[stream]

    def _count(self, first: int) -> int:
        """How many of a step's positions, from `first` on, are settled."""
        bound = self._bound()[0] if self._end is None else self._end.position
        return self.batch_size if bound is None else min(max(bound - first, 0), self.batch_size)

    def _closed(self) -> bool:
        """Whether nothing comes behind what is settled."""
        return self._bound()[1].closed if self._end is None else self._end.closed

    def _fixed_end(self) -> _End | None:
        """With `head="stop"`, the head as it was read last. Processes that share the work would
        otherwise see heads of different moments, and one that ended early would leave out steps
        although the others go on."""
        if self._end is not None or self._head != "stop":
            return self._end
        bound, stream = self._bound()
        return _End(bound, stream.closed)

    def _look(self) -> None:
        """Reads on in the streams that grow, at most once in a pause."""
        now = self._patience.clock.monotonic()
        if now - self._looked < self._patience.poll_seconds:
            return
        for stream in self._streams:
            if not stream.catalogue.closed:
                stream.catalogue.read_on()
        self._looked = self._patience.clock.monotonic()

    def _wait_for(self, item: int, parts: int) -> bool:
        """Waits until a part of a step can be read; False at the end."""
        step = item // parts
        wait = Wait(self._patience, self._patience.timeout_seconds, "HEAD_TIMEOUT")
        while True:
            self._looked = float("-inf")
            if self._plan(item, parts) is not None:
                return True
            bound, at = self._bound()
            if self._end is not None and not self._end.closed:
                return False
            if at.closed:
                begun = self._begun * self.batch_size
                if bound is not None and begun >= bound + self.batch_size:
                    raise mismatch(
                        f"step {self._begun} is after the end: {at.place} ends after "
                        f"{at.catalogue.packs} packs"
                    )
                return False
            if at.catalogue.gap is None:
                if self._head == "stop":
                    return False
                wait.pause(
                    f"at the head of {at.place}: step {step} needs more than its "
                    f"{at.catalogue.packs} packs"
                )

    def _load(self, work: tuple[_Plan, int]) -> Batch:
        plan, parts = work
        packs = [self._read(place) for place in plan.places]
        blanks = [place for place, pack in zip(plan.places, packs, strict=True) if pack.skipped]
        skipped = {(self._streams[place.stream].name, place.file.path) for place in blanks}
        return Batch(plan.step, packs, plan.part, parts, tuple(sorted(skipped)))

    def _read(self, place: Place) -> Pack:
        stream = self._streams[place.stream]
        key = (stream.name, place.file.path)
        if key not in self._skipped:
            try:
                return stream.read(place)
            except FeedError as error:
                if not self._skip or error.code != "SHARD_CORRUPT":
                    raise
                if key not in self._skipped:
                    self._patience.tell(f"{error}; its {place.file.packs} packs are left out")
                self._skipped.add(key)
        return blank_pack(place.pack, stream.name, place.epoch)

    def _facts(self) -> dict[str, Any]:
        return {
            "batch_size": self.batch_size,
            "streams": [
                {**stream.facts(), "places": places}
                for stream, places in zip(self._streams, self._mixture.quotas, strict=True)
            ],
            "mixture_seed": self._seed,
        }

    def __reduce__(self) -> tuple[Callable[..., Feed], tuple[Any, ...]]:
        """A copy in another process opens its own files."""
        end, skipped = self._fixed_end(), sorted(self._skipped)
        steps = (self._step, self._begin)
        return (_reopen, (self._arguments, steps, self.begins, end, skipped))


def _reopen(
    arguments: dict[str, Any],
    steps: tuple[int, int],
    begins: MutableSequence[int],
    end: _End | None,
    skipped: list[tuple[str, str]],
) -> Feed:
    options = dict(arguments)
    feed = Feed(options.pop("source"), options.pop("batch_size"), **options)
    feed._skipped |= set(skipped)
    (feed._step, feed._begin), feed.begins, feed._end = steps, begins, end
    return feed


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """ValueError unless a setting is one of its words."""
    if value not in choices:
        raise ValueError(f"{name} is one of {', '.join(choices)}, not {value!r}")


def streams_of(
    source: Location | Sequence[Stream], shuffle: Shuffle | None, epochs: int | None
) -> list[Stream]:
    """The streams of a source, each with its shuffle and a name of its own."""
    if isinstance(source, str | os.PathLike):
        # One name wherever the data lies: a copy in another place goes on from the same state.
        return [Stream(source, name="data", shuffle=shuffle, epochs=epochs)]
    streams = [
        Stream(**{**vars(stream), "shuffle": stream.shuffle or shuffle}) for stream in source
    ]
    names = [stream.label() for stream in streams]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"the streams of a mixture need different names, not {names}")
    return streams
