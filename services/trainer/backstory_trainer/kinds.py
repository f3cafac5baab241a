"""Which kind of segment each token belongs to, read from the text of the tokens themselves
(schemas/trajectory-text.md): for losses by kind."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER = re.compile(
    rb"^(@+) (backstory|task|requirements|plan|file|read|observe|think|write|done)\b", re.MULTILINE
)
KINDS = ("think", "write", "read")
OTHER = len(KINDS)


class Kinds:
    """Knows the bytes of each token of a vocabulary."""

    def __init__(self, tokenizer: bytes) -> None:
        """ValueError if these are not the bytes of a tokenizer.json."""
        try:
            fields = json.loads(tokenizer)
            vocabulary: dict[str, int] = fields["model"]["vocab"]
            # Some kinds of tokenizers have a list of texts and weights.
            if not isinstance(vocabulary, dict):
                raise TypeError("its vocabulary is no table from texts to tokens")
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"it is no tokenizer with a vocabulary ({error!r})") from error
        table = byte_table()
        self._bytes: dict[int, bytes] = {
            token: bytes(table.get(letter, 63) for letter in text)
            for text, token in vocabulary.items()
        }
        added: list[dict[str, Any]] = fields.get("added_tokens", [])
        for token in added:
            # A control token is no text. A line end in its place lets a header begin behind it.
            special = bool(token.get("special"))
            self._bytes[token["id"]] = b"\n" if special else token["content"].encode()
        self.vocabulary = max(self._bytes) + 1

    def of(self, input_ids: NDArray[Any], bounds: list[int]) -> NDArray[np.int64]:
        """(T,) index into KINDS, or OTHER."""
        parts = [self._bytes.get(int(token), b"") for token in input_ids]
        ends = np.cumsum([len(part) for part in parts])
        text = b"".join(parts)
        kinds = np.full(len(parts), OTHER, np.int64)
        for first, last in pairwise(bounds):
            start, end = (int(ends[at - 1]) if at > 0 else 0 for at in (first, last))
            fence: bytes | None = None
            found: list[tuple[int, int]] = []
            for match in HEADER.finditer(text[start:end]):
                fence = fence or match[1]
                if match[1] == fence:
                    kind = match[2].decode()
                    found.append((start + match.start(), index_of(kind)))
            for (at, kind_index), (until, _) in pairwise([*found, (end, OTHER)]):
                # The token that holds the first byte of a header opens its segment.
                tokens = np.searchsorted(ends, [at, until], side="right")
                kinds[tokens[0] : tokens[1]] = kind_index
        return kinds


def index_of(kind: str) -> int:
    """Place of a kind in KINDS."""
    return KINDS.index(kind) if kind in KINDS else OTHER


def byte_table() -> dict[str, int]:
    """The letters by which byte-level vocabularies write bytes (GPT-2's table)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in shown}
    hidden = [byte for byte in range(256) if byte not in set(shown)]
    return letters | {chr(256 + at): byte for at, byte in enumerate(hidden)}
