"""From settings to a server that listens, and to its end."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys

import torch
import uvicorn

from backstory_scorer.engine import Engine
from backstory_scorer.errors import ScorerError
from backstory_scorer.http.server import create_app
from backstory_scorer.http.service import Service
from backstory_scorer.load import find_model, identify, load_model, pick_device
from backstory_scorer.memory import default_cache_bytes, tokens_within
from backstory_scorer.metrics import Metrics
from backstory_scorer.model import ScoringModel
from backstory_scorer.settings import Limits, Settings
from backstory_scorer.text import Text

CHUNK_TOKENS = {"cpu": 512, "cuda": 8192}
BATCH_TOKENS = {"cpu": 2048, "cuda": 16_384}
"""Forwards large enough to be fast, small enough that others wait a moment only."""
STOP_SECONDS = 120
"""For what is under way when the service is told to stop."""


def run(settings: Settings, listener: socket.socket, token: str | None) -> int:
    """Until it is told to stop, or the device fails."""
    service = open_service(settings)
    config = uvicorn.Config(
        create_app(service, token),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        server_header=False,
    )
    server = uvicorn.Server(config)
    for each in (signal.SIGTERM, signal.SIGINT):
        # The server stops by its own handlers, and raises the signal again once it has stopped.
        signal.signal(each, lambda *_frame: None)
    asyncio.run(serve(server, service, listener))
    failed = service.engine.failed.is_set()
    service.engine.close()
    if failed:
        print("error INTERNAL: the device computes no more", file=sys.stderr, flush=True)
    return 1 if failed else 0


async def serve(server: uvicorn.Server, service: Service, listener: socket.socket) -> None:
    """Says where it listens once it does."""
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        print(f"ready {address(listener)}", flush=True)
    while not serving.done():
        await asyncio.wait({serving}, timeout=0.5)
        if service.engine.failed.is_set():
            server.should_exit = True
    await serving


def address(listener: socket.socket) -> str:
    """As a client would name it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def open_service(settings: Settings) -> Service:
    """Loads, checks and starts all but the server."""
    if settings.threads > 0:
        torch.set_num_threads(settings.threads)
    device = pick_device(settings.device)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    folder = find_model(settings.model)
    model = load_model(folder, device, settings.dtype)
    text = Text.open(folder, model.vocabulary)
    beginning = [] if text is None else text.beginning
    metrics = Metrics()
    limits = resolve_limits(settings, model)
    return Service(
        engine=Engine(model, limits, metrics, settings.threads),
        text=text,
        identity=identify(settings.model, folder, model),
        metrics=metrics,
        vocabulary=model.vocabulary,
        beginning=beginning,
        alone=tokens_alone(model, beginning),
    )


def resolve_limits(settings: Settings, model: ScoringModel) -> Limits:
    """Zeros become what fits the device."""
    kind = model.device.type
    cache_bytes = settings.cache_bytes or default_cache_bytes(model.device)
    fitting = tokens_within(model.shape, cache_bytes)
    positions = int(model.config.max_position_embeddings)
    if fitting < 2:
        raise ScorerError("SETTINGS_INVALID", "--cache-gib holds no two tokens of this model")
    return Limits(
        context_tokens=min(positions, fitting),
        chunk_tokens=settings.chunk_tokens or CHUNK_TOKENS[kind],
        batch_tokens=settings.batch_tokens or BATCH_TOKENS[kind],
        queue_tokens=settings.queue_tokens,
        cache_bytes=cache_bytes,
    )


def tokens_alone(model: ScoringModel, beginning: list[int]) -> list[int]:
    """What stands for an empty context: the first token needs one before it."""
    end = model.config.eos_token_id
    ends = end if isinstance(end, list) else [end]
    return beginning or [each for each in ends if each is not None][:1]
