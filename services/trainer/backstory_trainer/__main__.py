"""`python -m backstory_trainer DATA --to RUN`, by itself or under torchrun. Going on is the same
command again."""

from __future__ import annotations

import argparse
import sys
from dataclasses import MISSING, fields
from pathlib import Path

from backstory_trainer.settings import Settings

CHOICES = {
    "parallel": ("ddp", "fsdp"),
    "weights": ("token", "document"),
    "device": ("cpu", "cuda"),
    "kernel": ("plain", "flex", "varlen"),
    "bad_shards": ("fatal", "skip"),
}
TYPES = {"int": int, "int | None": int, "float": float, "float | None": float, "Path": Path}


def parse(arguments: list[str]) -> Settings:
    """Every setting is an option of its name."""
    parser = argparse.ArgumentParser(prog="backstory_trainer", description=__doc__)
    parser.add_argument("data", help="a backstory output: a folder or a URL")
    for field in fields(Settings):
        if field.name == "data":
            continue
        name = f"--{field.name.replace('_', '-')}"
        required = field.default is MISSING
        default = None if required else field.default
        if field.type == "bool":
            parser.add_argument(name, action="store_true")
        elif isinstance(default, tuple):
            parser.add_argument(name, nargs="+", default=default)
        else:
            parser.add_argument(
                name,
                type=TYPES.get(str(field.type), str),
                default=default,
                required=required,
                choices=CHOICES.get(field.name),
            )
    return Settings(**vars(parser.parse_args(arguments)))


def run() -> None:
    """Exit code 0 also after SIGTERM, when everything is saved; 2 with one line if it cannot be."""
    try:
        settings = parse(sys.argv[1:])
    except ValueError as error:
        print(f"error {error}", file=sys.stderr)
        sys.exit(2)
    from backstory_feed.errors import FeedError

    from backstory_trainer.checkpoints import CheckpointError
    from backstory_trainer.ranks import Ranks
    from backstory_trainer.stopping import Stopped
    from backstory_trainer.train import Training

    try:
        settings.to.mkdir(parents=True, exist_ok=True)
        ranks = Ranks(settings.device)
        try:
            training = Training(settings, ranks)
            ended = training.run()
        finally:
            ranks.close()
    except Stopped:
        # Nothing had begun, so there is nothing to save.
        print("asked to stop before the data began", flush=True)
        return
    except (FeedError, CheckpointError, ValueError, OSError) as error:
        # Other libraries' errors have several lines.
        print(f"error {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    if ranks.rank == 0:
        how = "the run is complete" if ended else "asked to stop; the same command goes on"
        print(f"saved at step {training.step} in {settings.to}: {how}", flush=True)


if __name__ == "__main__":
    run()
