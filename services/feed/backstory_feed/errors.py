"""The one error that a caller should expect: the data is corrupt or missing."""


class FeedError(Exception):
    """Says which file is wrong, how, and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
