"""Checkpoints: model, optimizer and the feed's position in one file, which is whole or
absent. A new one replaces no older one before it is on the disk, so a full disk or a kill at any
moment leaves the last good one."""

from __future__ import annotations

import fcntl
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch

NAME = re.compile(r"^step-(\d{8})\.pt$")
KEPT = 2
HELD_SECONDS = 20.0
LOOK_SECONDS = 0.2


class CheckpointError(Exception):
    """A checkpoint could not be written, or cannot be used; all are as they were."""


@contextmanager
def hold(
    run: Path, seconds: float = HELD_SECONDS, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """The folder of a run, for one run at a time. CheckpointError if another holds it for longer
    than the processes of a run that was killed need to end. Without locks it only says so."""
    run.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with (run / "lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() - began >= seconds:
                    text = f"{run} is in use by another run; end that, or name another folder"
                    raise CheckpointError(text) from error
                sleep(LOOK_SECONDS)
            except OSError as error:
                # Some file systems that machines share have no locks.
                text = f"{run} cannot be locked ({error}); see to it that no other run uses it"
                print(f"backstory-trainer: {text}", file=sys.stderr, flush=True)
                break
        for torn in (run / "checkpoints").glob(".temporary-*"):
            torn.unlink(missing_ok=True)
        yield


def save(folder: Path, step: int, content: dict[str, Any]) -> Path:
    """Writes the checkpoint of a step, then removes all but the newest two."""
    path = folder / f"step-{step:08d}.pt"
    temporary = folder / f".temporary-{path.name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            torch.save(content, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except (OSError, RuntimeError) as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise CheckpointError(f"{path} cannot be written: {error}") from error
    for old in written(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def load_newest(folder: Path, told: list[str]) -> dict[str, Any] | None:
    """The newest checkpoint that can be read; None if there is none. `told` takes a line for each
    one that cannot."""
    for path in reversed(written(folder)):
        try:
            content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=False)
            if not isinstance(content, dict) or not isinstance(content.get("step"), int):
                raise ValueError("it has no step")
            return content
        except Exception as error:
            told.append(f"{path} cannot be read ({error})")
    if told:
        raise CheckpointError(f"no checkpoint in {folder} is left to go on from: {told[0]}")
    return None


def written(folder: Path) -> list[Path]:
    """Checkpoints, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if NAME.match(path.name))
