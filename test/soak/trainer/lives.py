"""Lives of a trainer. Reads a line of JSON for each from stdin and answers it with one.

PyTorch is imported once. A life is forked from here, a process per rank, and shares nothing with
another but the disk, so that fifty of them take minutes.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import torch
from backstory_trainer.checkpoints import load_newest
from backstory_trainer.model import open_model
from backstory_trainer.ranks import Ranks
from backstory_trainer.settings import Settings
from backstory_trainer.train import Training

LOOK_SECONDS = 0.01


def rank_of(rank: int, order: dict[str, Any], port: int) -> int:
    """Forks one rank, which trains until it ends or is killed."""
    process = os.fork()
    if process != 0:
        return process
    code = 1
    try:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        place = {"RANK": str(rank), "WORLD_SIZE": str(order["processes"])}
        os.environ |= {**place, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        settings = Settings(**{**order["settings"], "to": Path(order["settings"]["to"])})
        settings.to.mkdir(parents=True, exist_ok=True)
        ranks = Ranks("cpu")
        Training(settings, ranks).run()
        ranks.close()
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def live(order: dict[str, Any]) -> dict[str, Any]:
    """A life of some ranks. With `kill` [[rank, seconds], …], in order, each is killed so long
    after the one before it. Says which had ended by themselves before the first kill."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = [rank_of(rank, order, port) for rank in range(order["processes"])]
    codes: dict[int, int] = {}
    kills = [*order.get("kill", [])]
    early: list[int] | None = None
    due = time.monotonic() + (kills[0][1] if kills else 0.0)
    while len(codes) < len(processes):
        if kills and time.monotonic() >= due:
            early = sorted(codes.values()) if early is None else early
            rank, _ = kills.pop(0)
            if processes[rank] not in codes:
                os.kill(processes[rank], signal.SIGKILL)
            due = time.monotonic() + (kills[0][1] if kills else 0.0)
            continue
        process, status = os.waitpid(-1, os.WNOHANG)
        if process == 0:
            time.sleep(LOOK_SECONDS)
        else:
            codes[process] = os.waitstatus_to_exitcode(status)
    return {"early": early or [], "codes": [codes[process] for process in processes]}


def compare(order: dict[str, Any]) -> dict[str, Any]:
    """The tensors of two runs' newest checkpoints that are not equal bit for bit, and how many
    there are."""
    one, other = (flat(load_newest(Path(to) / "checkpoints", [])) for to in order["compare"])
    names = sorted(one.keys() | other.keys())
    different = [name for name in names if not same(one.get(name), other.get(name))]
    return {"tensors": len(names), "different": different}


def flat(value: object, name: str = "") -> dict[str, object]:
    """Every leaf of nested mappings and sequences by its path."""
    if isinstance(value, dict | list | tuple):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        parts = (flat(each, f"{name}/{key}") for key, each in items)
        return {path: leaf for part in parts for path, leaf in part.items()}
    return {name: value}


def same(one: object, other: object) -> bool:
    """Equal, tensors in each of their bits."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        shaped = one.dtype == other.dtype and one.shape == other.shape
        return shaped and one.numpy().tobytes() == other.numpy().tobytes()
    return bool(one == other)


def main() -> None:
    """Until stdin ends."""
    torch.set_num_threads(1)
    # What transformers imports for a model is there before the first life, too.
    open_model("tiny", 300, 0)
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(compare(order) if "compare" in order else live(order)), flush=True)


if __name__ == "__main__":
    main()
