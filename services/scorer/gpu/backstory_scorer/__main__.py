"""`python -m backstory_scorer --model DIR`: loads the model, then listens. Prints one line `ready
URL` when it does; ends with 2 and one line `error CODE: …` when it cannot, and with 1 when the
device has failed."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from backstory_scorer.errors import ScorerError
from backstory_scorer.settings import GIB, Settings

TOKEN = "BACKSTORY_SCORER_API_KEY"


class Parser(argparse.ArgumentParser):
    """Tells mistakes in the form of all other errors."""

    def error(self, message: str) -> NoReturn:
        raise ScorerError("SETTINGS_INVALID", message)


def parse(arguments: list[str]) -> tuple[Settings, str, int]:
    """Settings, host and port."""
    parser = Parser(prog="backstory_scorer", description=__doc__)
    add = parser.add_argument
    add("--model", required=True, help="folder of a model, or its name on the hub")
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=bounded(0, 65_535), default=8000, help="0: any that is free")
    add("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    add("--dtype", default="auto", help="auto, float32, bfloat16 or float16")
    add("--cache-gib", type=float, default=0, help="GiB for contexts; 0: a share of the memory")
    add("--chunk-tokens", type=bounded(0, 1 << 20), default=0, help="tokens of a context at once")
    add("--batch-tokens", type=bounded(0, 1 << 20), default=0, help="tokens of candidates at once")
    add("--queue-tokens", type=bounded(1, 1 << 40), default=4_000_000, help="tokens that may wait")
    add("--threads", type=bounded(0, 4096), default=0, help="of a CPU; 0: all cores")
    options = parser.parse_args(arguments)
    if not 0 <= options.cache_gib < 1e6:
        raise ScorerError("SETTINGS_INVALID", "--cache-gib must be 0 or more")
    settings = Settings(
        model=options.model,
        device=options.device,
        dtype=options.dtype,
        cache_bytes=int(options.cache_gib * GIB),
        chunk_tokens=options.chunk_tokens,
        batch_tokens=options.batch_tokens,
        queue_tokens=options.queue_tokens,
        threads=options.threads,
    )
    return settings, options.host, options.port


def bounded(least: int, most: int) -> Callable[[str], int]:
    """A whole number within limits, for argparse."""

    def whole(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not {least} to {most}")
        return value

    return whole


def main(arguments: list[str]) -> int:
    """Parses before anything large is imported."""
    try:
        settings, host, port = parse(arguments)
        listener = listen(host, port)
        # Of contexts of all lengths, a GPU's memory would else fall into pieces.
        os.environ.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")
        from backstory_scorer.start import run

        return run(settings, listener, os.environ.get(TOKEN) or None)
    except ScorerError as error:
        print(f"error {error.code}: {error.message}", file=sys.stderr, flush=True)
        return 2
    except KeyboardInterrupt:
        return 130


def listen(host: str, port: int) -> socket.socket:
    """Taken before the model is loaded, so that a port in use is told at once."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        told = f"cannot listen on {host}:{port} ({error.strerror or error}); set --host, --port"
        raise ScorerError("SETTINGS_INVALID", told) from error
    return listener


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
