"""The errors of the service, with the closed list of their codes, and the HTTP status of each."""

from __future__ import annotations

STATUS = {
    # Of one request: sent again, it fails again.
    "BAD_REQUEST": 400,
    "UNSUPPORTED": 400,
    "TOKENIZER_MISSING": 400,
    "UNAUTHORIZED": 401,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONTEXT_UNKNOWN": 404,
    "TOO_LONG": 413,
    "BODY_TOO_LARGE": 413,
    "NOT_FINITE": 422,
    # Of the moment: a later try may pass.
    "QUEUE_FULL": 429,
    "INTERNAL": 500,
    "STOPPING": 503,
    "OUT_OF_MEMORY": 503,
    # Of the start: the service does not begin to listen.
    "MODEL_MISSING": 500,
    "MODEL_UNSUPPORTED": 500,
    "MODEL_BROKEN": 500,
    "SETTINGS_INVALID": 500,
}


class ScorerError(Exception):
    """Says what is wrong, where, and what to do."""

    def __init__(self, code: str, message: str, retry_after_seconds: int | None = None) -> None:
        assert code in STATUS, code
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_seconds = retry_after_seconds

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return STATUS[self.code]
