"""Reads checkpoints of the manifest (schemas/shards.md): each lists the shards of a run of entries
and names earlier checkpoints by their hash, 1, 2, 4, 8 … before it. So any pack is found in a few
reads, each checked, however long the manifest is."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass

from backstory_feed.data.shards import ShardFile
from backstory_feed.data.storage import Storage
from backstory_feed.errors import FeedError

FORMAT = 1
KEPT = 32


@dataclass(frozen=True)
class Back:
    """An earlier checkpoint."""

    checkpoint: int
    first_pack: int
    sha256: str


@dataclass(frozen=True)
class Checkpoint:
    """The shards of entries [first_entry, next_entry)."""

    number: int
    first_entry: int
    next_entry: int
    first_pack: int
    packs: int
    last_entry_sha256: str
    shards: list[ShardFile]
    back: list[Back]

    def shard_of(self, pack: int) -> ShardFile:
        """The shard of a pack that this checkpoint covers."""
        firsts = [shard.first_pack for shard in self.shards]
        return self.shards[bisect_right(firsts, pack) - 1]


def checkpoint_path(number: int) -> str:
    """Relative to the place of the data set."""
    return f"manifest/checkpoints/{number:08d}.json"


class Checkpoints:
    """Finds the shards of packs that the newest checkpoint, `head`, or an earlier one covers."""

    def __init__(self, storage: Storage, head: Checkpoint) -> None:
        self._storage = storage
        self._head = head
        self._kept: OrderedDict[int, Checkpoint] = OrderedDict()

    def shard_of(self, pack: int) -> ShardFile:
        """The shard of a pack before the end of the newest checkpoint."""
        for checkpoint in self._kept.values():
            if checkpoint.first_pack <= pack < checkpoint.first_pack + checkpoint.packs:
                return checkpoint.shard_of(pack)
        at = self._head
        while pack < at.first_pack:
            # The earliest one that begins after the pack, or else the one that holds it.
            later = [back for back in at.back if back.first_pack > pack]
            step = min(later or at.back[:1], key=lambda back: back.checkpoint)
            at = self._read(step)
        return at.shard_of(pack)

    def _read(self, back: Back) -> Checkpoint:
        checkpoint = self._kept.pop(back.checkpoint, None)
        checkpoint = checkpoint or read_checkpoint(self._storage, back.checkpoint, back.sha256)
        self._kept[back.checkpoint] = checkpoint
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return checkpoint


def read_checkpoint(storage: Storage, number: int, sha256: str) -> Checkpoint:
    """Reads one; its hash must be the one that the head or a later checkpoint names."""
    path = f"{storage.place}/{checkpoint_path(number)}"
    data = storage.read(checkpoint_path(number))
    if data is None:
        raise corrupt(path, "it is missing")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise corrupt(path, "it does not match its hash")
    try:
        fields = json.loads(data)
        if fields["format"] != FORMAT:
            raise ValueError(f"its format is {fields['format']}, this reader knows {FORMAT}")
        first_entry, next_entry = fields["entries"]
        shards, pack = [], fields["firstPack"]
        for shard_path, shard_hash, size, packs in fields["shards"]:
            shards.append(ShardFile(shard_path, shard_hash, size, pack, packs))
            pack += packs
        back = [
            Back(item["checkpoint"], item["firstPack"], item["sha256"]) for item in fields["back"]
        ]
        return Checkpoint(
            number=number,
            first_entry=first_entry,
            next_entry=next_entry,
            first_pack=fields["firstPack"],
            packs=pack - fields["firstPack"],
            last_entry_sha256=fields["lastEntry"],
            shards=shards,
            back=back,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise corrupt(path, str(error)) from error


def corrupt(path: str, what: str) -> FeedError:
    """The error for a checkpoint that cannot be used."""
    return FeedError(
        "MANIFEST_CORRUPT",
        f"{path} cannot be trusted: {what}; remove it and start the writer, which makes it again",
    )
