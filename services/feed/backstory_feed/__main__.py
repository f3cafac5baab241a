"""Prints a line per batch: `python -m backstory_feed OUT --batch-size 2 [--start G]`."""

from __future__ import annotations

import argparse
import os
import sys

from backstory_feed.errors import FeedError
from backstory_feed.feed import Feed, Shuffle


def main() -> int:
    """Parses the options and reads to the end of the data set."""
    parser = argparse.ArgumentParser(prog="backstory_feed", description=__doc__)
    parser.add_argument("folder", help="output folder of a run")
    parser.add_argument("--batch-size", type=int, default=1, help="packs per step, over all ranks")
    parser.add_argument("--start", type=int, default=0, help="first step")
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--world-size", type=int, default=1)
    parser.add_argument("--shuffle-window", type=int, default=1, help="packs; 1 keeps the order")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        feed = Feed(
            options.folder,
            options.batch_size,
            rank=options.rank,
            world_size=options.world_size,
            start=options.start,
            shuffle=Shuffle(options.shuffle_window, options.seed),
        )
        for batch in feed:
            packs = ",".join(str(pack.index) for pack in batch.packs)
            tokens = sum(len(pack.input_ids) for pack in batch.packs)
            trained = sum(sum(pack.mask) for pack in batch.packs)
            pieces = sum(len(pack.indices) for pack in batch.packs)
            print(
                f"step {batch.step} packs {packs} pieces {pieces} "
                f"tokens {tokens} trained {trained}",
                flush=True,
            )
    except (FeedError, ValueError) as error:
        print(f"error {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader of our output, such as `head`, has closed the pipe. Python would report that
        # again when it flushes standard output at exit, so standard output goes to the null device.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
