"""How a computation ends for whoever waits: with finite numbers, or with a coded error."""

from __future__ import annotations

from concurrent.futures import Future, InvalidStateError

import torch

from backstory_scorer.errors import ScorerError
from backstory_scorer.model import Scored


def settle(future: Future[Scored], end: Scored | ScorerError) -> None:
    """Tells the end; whoever has gone away in the meantime is told nothing."""
    checked = end if isinstance(end, ScorerError) else require_finite(end)
    try:
        if isinstance(checked, ScorerError):
            future.set_exception(checked)
        else:
            future.set_result(checked)
    except InvalidStateError:
        assert future.done()


def require_finite(scored: Scored) -> Scored | ScorerError:
    """A number that is none would rank a candidate at random; rounding may lift a logarithm a
    little above zero."""
    if not torch.isfinite(scored.logprobs).all():
        return ScorerError("NOT_FINITE", "the model gives probabilities that are no numbers")
    return Scored(scored.logprobs.clamp(max=0.0), scored.best, scored.best_logprobs)


def join(parts: list[Scored]) -> Scored:
    """The chunks of one text as one."""
    best = [part.best for part in parts if part.best is not None]
    values = [part.best_logprobs for part in parts if part.best_logprobs is not None]
    return Scored(
        torch.cat([part.logprobs for part in parts]),
        torch.cat(best) if best else None,
        torch.cat(values) if values else None,
    )


def is_out_of_memory(error: Exception) -> bool:
    """Of a GPU, or of this process."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def out_of_memory() -> ScorerError:
    """After all that could be forgotten was forgotten."""
    told = "the device has no memory for this; lower --batch-tokens, --chunk-tokens or --cache-gib"
    return ScorerError("OUT_OF_MEMORY", told, retry_after_seconds=5)


def stopping() -> ScorerError:
    """To whoever comes, or still waits, at the end."""
    return ScorerError("STOPPING", "the service is stopping")
