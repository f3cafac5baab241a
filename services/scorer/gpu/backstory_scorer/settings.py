"""What the service is told at its start. Nothing here imports torch, so that mistakes are told at
once."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1 << 30


@dataclass(frozen=True)
class Settings:
    """All limits are hard: what is above one is refused with a code, never cut."""

    model: str
    """Folder of a model in the form of Hugging Face, or the name of one on its hub."""
    device: str = "auto"
    dtype: str = "auto"
    cache_bytes: int = 0
    """Bytes of keys and values that contexts may hold together; 0: a share of the memory."""
    chunk_tokens: int = 0
    """Tokens of a context that one forward reads; 0: by the device."""
    batch_tokens: int = 0
    """Tokens of candidates in one forward; 0: by the device."""
    queue_tokens: int = 4_000_000
    """Tokens that may wait for a forward; more is answered 429."""
    threads: int = 0
    """Threads of a CPU; 0: all cores."""


@dataclass(frozen=True)
class Limits:
    """The settings, resolved for a device and a model."""

    context_tokens: int
    """Longest context + thought + target: what the model's positions and the cache allow."""
    chunk_tokens: int
    batch_tokens: int
    queue_tokens: int
    cache_bytes: int
