"""The saved position: a step, one integer per stream, and what must be the same to go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from backstory_feed.errors import FeedError

FORMAT = 1


def fingerprint(facts: Mapping[str, Any]) -> str:
    """SHA-256 of all that decides the order. Ranks that differ in it read different orders."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def make_state(
    step: int,
    positions: Mapping[str, int],
    facts: Mapping[str, Any],
    anchors: Mapping[str, Any],
    skipped: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """Plain numbers and texts, so that JSON, pickle and torch.save all keep it."""
    return {
        "format": FORMAT,
        "step": step,
        "positions": dict(positions),
        "fingerprint": fingerprint(facts),
        "facts": dict(facts),
        "anchors": dict(anchors),
        "skipped": [list(item) for item in skipped],
    }


def check_state(state: Mapping[str, Any], facts: Mapping[str, Any]) -> int:
    """The step of a state. STATE_MISMATCH names the first fact in which it differs from here."""
    if not isinstance(state, Mapping) or state.get("format") != FORMAT:
        raise mismatch(
            "it has no fingerprint that this version knows; to begin at a step without a state, "
            "use start=STEP"
        )
    step = state.get("step")
    if not isinstance(step, int) or isinstance(step, bool) or step < 0:
        raise mismatch(f"its step is {step!r}")
    saved = state.get("facts")
    if not isinstance(saved, Mapping) or fingerprint(saved) != state.get("fingerprint"):
        raise mismatch("its fingerprint does not fit its facts: it was changed")
    difference = first_difference(saved, facts, "")
    if difference is not None:
        raise mismatch(difference)
    return step


def first_difference(saved: object, here: object, path: str) -> str | None:
    """Where two trees of facts differ, in words; data that had no entry yet differs from none."""
    if isinstance(saved, Mapping) and isinstance(here, Mapping):
        for key in sorted({*saved, *here}):
            found = first_difference(saved.get(key), here.get(key), f"{path}.{key}".strip("."))
            if found is not None:
                return found
        return None
    if isinstance(saved, list) and isinstance(here, list) and len(saved) == len(here):
        for at, (left, right) in enumerate(zip(saved, here, strict=True)):
            found = first_difference(left, right, f"{path}[{at}]")
            if found is not None:
                return found
        return None
    if saved == here or (path.endswith(".data") and None in (saved, here)):
        return None
    return f"{path} is {saved!r} in the state and {here!r} here"


def mismatch(what: str) -> FeedError:
    """The error for a state that does not belong here."""
    return FeedError("STATE_MISMATCH", f"the saved state cannot be resumed: {what}")
