"""One line of JSON per step in metrics.jsonl, and the same numbers for Prometheus if asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from backstory_trainer.curve import read_metrics


class Metrics:
    """Appends lines; a run that goes on at a step begins by dropping the lines from there on."""

    def __init__(self, path: Path, step: int, port: int | None) -> None:
        kept = [line for line in read_metrics(path) if line["step"] < step] if path.exists() else []
        temporary = path.with_suffix(".temporary")
        temporary.write_text("".join(f"{json.dumps(line)}\n" for line in kept), "utf-8")
        os.replace(temporary, path)
        self._stream = path.open("a", encoding="utf-8")
        self._gauges: dict[str, Any] | None = None
        if port is not None:
            from prometheus_client import start_http_server

            start_http_server(port)
            self._gauges = {}

    def write(self, line: dict[str, Any]) -> None:
        """The line of one step."""
        self._stream.write(f"{json.dumps(line)}\n")
        self._stream.flush()
        if self._gauges is None:
            return
        from prometheus_client import Gauge

        for name, value in line.items():
            if isinstance(value, int | float):
                if name not in self._gauges:
                    self._gauges[name] = Gauge(f"backstory_trainer_{name}", f"{name} of the step")
                self._gauges[name].set(value)

    def close(self) -> None:
        """Flushes to the disk."""
        self._stream.close()
