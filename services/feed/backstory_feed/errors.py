"""The one error that a caller should expect, with the closed list of its codes."""

from __future__ import annotations

CODES = {
    "OUTPUT_MISSING": "there is no data set at the place that was named",
    "MANIFEST_CORRUPT": "an entry, checkpoint or head was changed, exchanged or is missing",
    "SHARD_MISSING": "a shard that the manifest names is not there",
    "SHARD_CORRUPT": "a shard is not what the manifest says, or its rows are malformed",
    "STATE_MISMATCH": "a saved state belongs to another data set, batch size, order or mixture",
    "HEAD_TIMEOUT": "no more data came within the time that the caller allows",
    "STORE_UNAVAILABLE": "the storage does not answer, or refuses to read a file",
    "STORE_UNSUITABLE": "the storage refuses: wrong bucket, credentials or clock",
    "EXTRA_MISSING": "a package that this kind of source needs is not installed",
    "SOURCE_UNSUITABLE": "a stream of other data has not the form it should",
}


class FeedError(Exception):
    """Says which file is wrong, how, and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        """Keeps code and message when an error crosses from a loading process to the trainer."""
        return (FeedError, (self.code, str(self).removeprefix(f"{self.code}: ")))
