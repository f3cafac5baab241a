"""One stream of packs: a backstory output that may still grow, or an MDS folder as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from backstory_feed.data.manifest import Manifest
from backstory_feed.data.mds import Pack
from backstory_feed.data.mds_index import INDEX, MdsIndex
from backstory_feed.data.shards import Limits, ShardFile, Shards
from backstory_feed.data.storage import open_storage
from backstory_feed.errors import FeedError
from backstory_feed.order import PackOrder, Shuffle, settled
from backstory_feed.waiting import Patience


class Catalogue(Protocol):
    """Which shards there are. `packs` and `closed` are as of the last `read_on`."""

    packs: int
    closed: bool
    gap: str | None

    def exists(self) -> bool: ...
    def read_on(self) -> None: ...
    def identity(self) -> dict[str, Any] | None: ...
    def anchor(self) -> list[Any] | None: ...
    def check_anchor(self, anchor: list[Any], /) -> None: ...
    def current(self, file: ShardFile, /) -> ShardFile: ...
    def shard_of(self, pack: int, /) -> ShardFile: ...


@dataclass(frozen=True)
class Stream:
    """What to read, and how much of it in a mixture."""

    location: str | os.PathLike[str]
    """Output folder of backstory, an MDS folder, or the URL of either."""
    weight: float = 1.0
    """Share of the packs of a mixture, relative to the other streams."""
    name: str = ""
    """Names the stream in states and messages; the last part of the location by default."""
    shuffle: Shuffle | None = None
    """None takes the feed's."""
    epochs: int | None = 1
    """How often the packs come; None repeats for ever."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """For the S3 client or the fsspec file system."""

    def label(self) -> str:
        """The name, or the last part of the location."""
        return self.name or os.fspath(self.location).rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Place:
    """A pack that is to be read: where it lies and what it is called."""

    stream: int
    epoch: int
    pack: int
    file: ShardFile

    @property
    def bytes(self) -> int:
        """About how many bytes it takes."""
        return self.file.bytes // self.file.packs


class OpenStream:
    """A stream with its catalogue, order and open shards."""

    def __init__(self, settings: Stream, patience: Patience, limits: Limits) -> None:
        if settings.epochs is not None and settings.epochs < 1:
            raise ValueError("epochs is at least 1, or None to repeat for ever")
        self.settings = settings
        self.name = settings.label()
        self._storage = open_storage(settings.location, patience, settings.options)
        self.place = self._storage.place
        self._order = PackOrder(settings.shuffle or Shuffle())
        manifest = Manifest(self._storage, patience)
        native = manifest.exists() or self._storage.read(INDEX) is None
        self.catalogue: Catalogue = manifest if native else MdsIndex(self._storage)
        self._shards = Shards(
            self._storage, patience, limits, native=native, renew=self.catalogue.current
        )

    def look(self, must_exist: bool) -> None:
        """Reads the catalogue for the first time. OUTPUT_MISSING if there is none."""
        if must_exist and not self.catalogue.exists():
            raise FeedError(
                "OUTPUT_MISSING",
                f"{self.place} holds neither a manifest nor an {INDEX}; name the output folder "
                "itself, or wait for a run that begins later with missing='wait'",
            )
        self.catalogue.read_on()

    @property
    def closed(self) -> bool:
        """Whether no more packs will be added."""
        return self.catalogue.closed

    def settled(self) -> int | None:
        """Positions whose packs are known for ever; None when there is no end."""
        catalogue, settings = self.catalogue, self.settings
        return settled(
            catalogue.packs, catalogue.closed, self._order.shuffle.window, settings.epochs
        )

    def place_of(self, stream: int, position: int) -> Place:
        """The pack at a settled position."""
        catalogue = self.catalogue
        epoch, pack = self._order.at(position, catalogue.packs, catalogue.closed)
        return Place(stream, epoch, pack, catalogue.shard_of(pack))

    def read(self, place: Place) -> Pack:
        """The pack itself. SHARD_MISSING or SHARD_CORRUPT if its shard is bad."""
        row = place.pack - place.file.first_pack
        shard = self._shards.open(place.file)
        return shard.pack(row, place.pack, stream=self.name, epoch=place.epoch)

    def facts(self) -> dict[str, Any]:
        """All that decides the order of this stream, for the fingerprint."""
        shuffle = self._order.shuffle
        return {
            "name": self.name,
            "window": shuffle.window,
            "seed": shuffle.seed,
            "epochs": self.settings.epochs,
            "data": self.catalogue.identity(),
        }
