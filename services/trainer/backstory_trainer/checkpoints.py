"""Checkpoints: model, optimizer and the feed's position in one file, which is whole or
absent. A new one replaces no older one before it is on the disk, so a full disk or a kill at any
moment leaves the last good one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import torch

NAME = re.compile(r"^step-(\d{8})\.pt$")
KEPT = 2


class CheckpointError(Exception):
    """A checkpoint could not be written; the ones before it are as they were."""


def save(folder: Path, step: int, content: dict[str, Any]) -> Path:
    """Writes the checkpoint of a step, then removes all but the newest two."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"step-{step:08d}.pt"
    temporary = folder / f".temporary-{path.name}"
    try:
        with temporary.open("wb") as stream:
            torch.save(content, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except (OSError, RuntimeError) as error:
        temporary.unlink(missing_ok=True)
        raise CheckpointError(f"{path} cannot be written: {error}") from error
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    for old in written(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def load_newest(folder: Path, told: list[str]) -> dict[str, Any] | None:
    """The newest checkpoint that can be read; None if there is none. `told` takes a line for each
    one that cannot."""
    for path in reversed(written(folder)):
        try:
            content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=False)
            return content
        except Exception as error:
            told.append(f"{path} cannot be read ({error}); taking the one before it")
    if told:
        raise CheckpointError(f"none of the checkpoints in {folder} can be read: {told[0]}")
    return None


def written(folder: Path) -> list[Path]:
    """Checkpoints, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if NAME.match(path.name))
