"""One line of JSON per step in metrics.jsonl, the same numbers for Prometheus if asked for, and now
and then a line for whoever watches."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from backstory_trainer.curve import read_metrics

TOLD_SECONDS = 10.0
"""Pause between two lines for whoever watches."""


class Metrics:
    """Appends lines; a run that goes on at a step begins by dropping the lines from there on."""

    def __init__(self, path: Path, step: int, port: int | None, steps: int | None = None) -> None:
        self._of = "" if steps is None else f" of {steps}"
        self._told = float("-inf")
        kept = [line for line in read_metrics(path) if line["step"] < step] if path.exists() else []
        temporary = path.with_suffix(".temporary")
        temporary.write_text("".join(f"{json.dumps(line)}\n" for line in kept), "utf-8")
        os.replace(temporary, path)
        self._stream = path.open("ab", buffering=0)
        self._unwritten = b""
        self._gauges: dict[str, Any] | None = None
        if port is not None:
            try:
                from prometheus_client import start_http_server
            except ImportError as error:
                needs = "prometheus_port needs: pip install 'backstory-trainer[prometheus]'"
                raise ValueError(needs) from error

            start_http_server(port)
            self._gauges = {}

    def write(self, line: dict[str, Any]) -> None:
        """The line of one step."""
        self._unwritten += f"{json.dumps(line)}\n".encode()
        try:
            self._flush()
        except OSError as error:
            text = f"metrics.jsonl cannot be written: {error}; trying again with the next step"
            print(f"backstory-trainer: {text}", file=sys.stderr, flush=True)
        if time.monotonic() - self._told >= TOLD_SECONDS:
            self._told = time.monotonic()
            print(self._sentence(line), flush=True)
        if self._gauges is None:
            return
        from prometheus_client import Gauge

        for name, value in line.items():
            if isinstance(value, int | float):
                if name not in self._gauges:
                    self._gauges[name] = Gauge(f"backstory_trainer_{name}", f"{name} of the step")
                self._gauges[name].set(value)

    def _sentence(self, line: dict[str, Any]) -> str:
        loss = "no trained token" if line["loss"] is None else f"loss {line['loss']:.3f}"
        speed = f"{line['tokens_per_second']:,.0f} tokens/s"
        waited = f"{line['data_wait']:.1%} of the time waiting for data"
        return f"step {line['step'] + 1}{self._of}: {loss}, {speed}, {waited}"

    def _flush(self) -> None:
        while self._unwritten:
            self._unwritten = self._unwritten[self._stream.write(self._unwritten) :]

    def close(self) -> None:
        """Writes what could not be written before. OSError if it still cannot."""
        with self._stream:
            self._flush()
