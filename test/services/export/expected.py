"""The content of the output according to our own reader; Python tests compare with it.

The first argument of a test is the folder with the exports and this content:
`python test_readers.py FOLDER`.
"""

import json
import sys
from pathlib import Path

ROOT = Path(sys.argv.pop(1))
_expected = json.loads((ROOT / "expected.json").read_text(encoding="utf-8"))
CONTEXT_LENGTH: int = _expected["contextLength"]
END_OF_TEXT: int = _expected["endOfText"]
PACKS = _expected["packs"]
DOCUMENTS = _expected["documents"]

Targets = list[tuple[int, bool]]


def targets_of(pack: dict) -> list[Targets]:
    """For each piece, every token that something predicts, and whether it is trained."""
    ids, mask = pack["inputIds"], pack["mask"]
    return [
        [(ids[at], mask[at] == 1) for at in range(start + 1, end)] for start, end in pack["indices"]
    ]


def labels_of(pack: dict) -> list[int]:
    """Labels by ProLong's rules: -100 where the mask is 0 and at the first of each segment."""
    labels = [
        token if trained else -100
        for token, trained in zip(pack["inputIds"], pack["mask"], strict=True)
    ]
    for start, _ in pack["indices"]:
        labels[start] = -100
    return labels


def positions_of(pack: dict) -> list[int]:
    """The place of every token in its piece."""
    return [at for start, end in pack["indices"] for at in range(end - start)]


def trained_of(packs: list[dict]) -> list[int]:
    """Every token that is trained, of all packs."""
    return [label for pack in packs for label in labels_of(pack) if label != -100]


def pieces_of(packs: list[dict]) -> list[tuple[int, ...]]:
    """The tokens of every piece, in order."""
    return [tuple(pack["inputIds"][start:end]) for pack in packs for start, end in pack["indices"]]
