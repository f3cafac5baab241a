"""Requests and answers of POST /v1/score, as the README describes them. Unknown fields are refused,
so that a mistyped one is told."""

from __future__ import annotations

import msgspec

from backstory_scorer.errors import ScorerError

TextOrIds = str | list[int]

ITEMS_MAX = 1024
CANDIDATES_MAX = 1024


class ScoreItem(msgspec.Struct, forbid_unknown_fields=True):
    """One code behind several thoughts."""

    target: TextOrIds
    candidates: list[TextOrIds]
    context: TextOrIds | None = None
    context_key: str | None = None


class ScoreRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Several of them, of one or of many contexts."""

    items: list[ScoreItem]
    per_token: bool = False


class ErrorBody(msgspec.Struct):
    """What is wrong, as the code and a sentence."""

    code: str
    message: str


class CandidateScore(msgspec.Struct, omit_defaults=True):
    """Nats; float32 little-endian in base64 per token."""

    sum: float
    thought_tokens: int
    logprobs: str | None = None


class Failed(msgspec.Struct):
    """Of one candidate, or of one item."""

    error: ErrorBody


class ItemScores(msgspec.Struct, omit_defaults=True):
    """The answer to an item; candidates in the order of the request."""

    context_key: str
    context_tokens: int
    cached_tokens: int
    target_tokens: int
    candidates: list[CandidateScore | Failed]
    target_ends: list[int] | None = None


class ScoreAnswer(msgspec.Struct):
    """The answer; items in the order of the request."""

    model: str
    configuration: str
    items: list[ItemScores | Failed]


DECODER = msgspec.json.Decoder(ScoreRequest)


def decode_request(body: bytes) -> ScoreRequest:
    """Names the field that is wrong."""
    try:
        request = DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScorerError("BAD_REQUEST", f"the body is no request: {error}") from error
    if not 1 <= len(request.items) <= ITEMS_MAX:
        raise ScorerError("BAD_REQUEST", f"items must be 1 to {ITEMS_MAX}")
    for index, item in enumerate(request.items):
        if not 1 <= len(item.candidates) <= CANDIDATES_MAX:
            told = f"items[{index}].candidates must be 1 to {CANDIDATES_MAX}"
            raise ScorerError("BAD_REQUEST", told)
        if (item.context is None) == (item.context_key is None):
            told = f"items[{index}] must have either context or context_key"
            raise ScorerError("BAD_REQUEST", told)
    return request


def failed(error: ScorerError) -> Failed:
    """The form of an error inside an answer."""
    return Failed(ErrorBody(error.code, error.message))
