"""What POST /v1/score does, without HTTP: texts to tokens, tokens to the engine, numbers to an
answer."""

from __future__ import annotations

import asyncio
import base64
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from backstory_scorer.engine import Engine, Submitted, Work
from backstory_scorer.errors import ScorerError
from backstory_scorer.http.wire import (
    CandidateScore,
    Failed,
    ItemScores,
    ScoreAnswer,
    ScoreItem,
    ScoreRequest,
    TextOrIds,
    failed,
)
from backstory_scorer.load import Identity
from backstory_scorer.metrics import Metrics
from backstory_scorer.model import Scored
from backstory_scorer.text import Encoded, Text


@dataclass(frozen=True)
class Service:
    """One model behind its engine."""

    engine: Engine
    text: Text | None
    identity: Identity
    metrics: Metrics
    vocabulary: int
    beginning: list[int]
    """Stands before a context of text."""
    alone: list[int]
    """Is the context where a request has an empty one."""


async def score(service: Service, request: ScoreRequest) -> ScoreAnswer:
    """All items together. A mistake of the request fails it whole; an item or candidate that
    cannot be scored is an error at its place."""
    encoded = await asyncio.to_thread(encode_items, service, request.items)
    submitted = service.engine.submit([work for work, _target in encoded])
    futures = [f for each in submitted if isinstance(each, Submitted) for f in each.futures]
    ends = dict(zip(map(id, futures), await outcomes(futures), strict=True))
    items: list[ItemScores | Failed] = []
    for each, (work, target) in zip(submitted, encoded, strict=True):
        if isinstance(each, ScorerError):
            items.append(failed(each))
            continue
        results = [ends[id(future)] for future in each.futures]
        items.append(item_scores(each, work, target, results, per_token=request.per_token))
    count_outcomes(service.metrics, items)
    return ScoreAnswer(service.identity.model, service.identity.configuration, items)


async def outcomes(futures: list[Future[Scored]]) -> list[Scored | ScorerError]:
    """Waits for all. If the caller goes away, what has not begun is not computed."""
    try:
        waited = [asyncio.wrap_future(future) for future in futures]
        ended = await asyncio.gather(*waited, return_exceptions=True)
    except asyncio.CancelledError:
        for future in futures:
            future.cancel()
        raise
    results: list[Scored | ScorerError] = []
    for each in ended:
        if isinstance(each, BaseException) and not isinstance(each, ScorerError):
            raise each
        results.append(each)
    return results


def encode_items(service: Service, items: list[ScoreItem]) -> list[tuple[Work, Encoded]]:
    """Tokens of everything that came as text; ids are checked."""
    return [encode_item(service, item, f"items[{at}]") for at, item in enumerate(items)]


def encode_item(service: Service, item: ScoreItem, place: str) -> tuple[Work, Encoded]:
    target = encode(service, item.target, f"{place}.target")
    if not target.ids:
        raise ScorerError("BAD_REQUEST", f"{place}.target has no tokens")
    thoughts = [
        encode(service, each, f"{place}.candidates[{at}]").ids
        for at, each in enumerate(item.candidates)
    ]
    context: list[int] = []
    if item.context is not None:
        context = encode(service, item.context, f"{place}.context").ids
        if isinstance(item.context, str):
            context = service.beginning + context
        context = context or service.alone
        if not context:
            raise ScorerError("BAD_REQUEST", f"{place}.context is empty; this model needs a token")
    return Work(context, item.context_key, thoughts, target.ids), target


def encode(service: Service, value: TextOrIds, field: str) -> Encoded:
    """Ids come without ends."""
    if isinstance(value, list):
        if value and not (min(value) >= 0 and max(value) < service.vocabulary):
            told = f"{field} has a token id that is not 0 to {service.vocabulary - 1}"
            raise ScorerError("BAD_REQUEST", told)
        return Encoded(value, [])
    if service.text is None:
        told = f"{field} is text, but the model's folder has no tokenizer.json: send token ids"
        raise ScorerError("TOKENIZER_MISSING", told)
    return service.text.encode(value, field)


def item_scores(
    submitted: Submitted,
    work: Work,
    target: Encoded,
    results: list[Scored | ScorerError],
    *,
    per_token: bool,
) -> ItemScores:
    """The answer to one item."""
    candidates: list[CandidateScore | Failed] = []
    for thought, result in zip(work.thoughts, results, strict=True):
        if isinstance(result, ScorerError):
            candidates.append(failed(result))
            continue
        values = result.logprobs.numpy().astype("<f4")
        told = base64.b64encode(values.tobytes()).decode() if per_token else None
        total = float(values.sum(dtype=np.float64))
        candidates.append(CandidateScore(total, len(thought), told))
    return ItemScores(
        context_key=submitted.context_key,
        context_tokens=submitted.context_tokens,
        cached_tokens=submitted.cached_tokens,
        target_tokens=len(target.ids),
        candidates=candidates,
        target_ends=target.ends if per_token and target.ends else None,
    )


def count_outcomes(metrics: Metrics, items: list[ItemScores | Failed]) -> None:
    """One for each candidate, or for the item where it failed whole."""
    for item in items:
        for each in [item] if isinstance(item, Failed) else item.candidates:
            outcome = each.error.code if isinstance(each, Failed) else "ok"
            metrics.candidates.labels(outcome).inc()
