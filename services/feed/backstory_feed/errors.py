"""The one error that a caller should expect: the data cannot be trusted or is not there."""


class FeedError(Exception):
    """Says which file is wrong, how, and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
