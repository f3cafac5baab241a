"""The command line: `python -m backstory_feed OUT --batch-size 2 [--start G]` prints a line per
batch, and `python -m backstory_feed prepare SOURCE… --tokenizer FILE --to DIR` makes a stream of
other text."""

from __future__ import annotations

import argparse
import os
import sys

from backstory_feed.data.prepare import PrepareOptions, prepare
from backstory_feed.errors import FeedError
from backstory_feed.feed import Feed
from backstory_feed.order import Shuffle
from backstory_feed.waiting import Patience


def main(arguments: list[str]) -> int:
    """Parses the options and does the work; 2 for an error, with one line that says what."""
    try:
        if arguments[:1] == ["prepare"]:
            return run_prepare(arguments[1:])
        return print_batches(arguments)
    except (FeedError, ValueError) as error:
        print(f"error {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def print_batches(arguments: list[str]) -> int:
    """One line per batch, to the end of the data set."""
    parser = argparse.ArgumentParser(prog="backstory_feed", description=__doc__)
    parser.add_argument("location", help="output folder of a run, or s3://bucket/prefix")
    parser.add_argument("--batch-size", type=int, default=1, help="packs per step, over all ranks")
    parser.add_argument("--start", type=int, default=0, help="first step")
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--world-size", type=int, default=1)
    parser.add_argument("--shuffle-window", type=int, default=1, help="packs; 1 keeps the order")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--stop", action="store_true", help="end at the head of a growing data set")
    parser.add_argument("--timeout", type=float, default=None, help="seconds to wait at the head")
    parser.add_argument("--skip-bad-shards", action="store_true", help="mask their packs, go on")
    options = parser.parse_args(arguments)
    feed = Feed(
        options.location,
        options.batch_size,
        rank=options.rank,
        world_size=options.world_size,
        start=options.start,
        shuffle=Shuffle(options.shuffle_window, options.seed),
        epochs=options.epochs,
        head="stop" if options.stop else "wait",
        bad_shards="skip" if options.skip_bad_shards else "fatal",
        patience=Patience(timeout_seconds=options.timeout),
    )
    for batch in feed:
        packs = ",".join(str(pack.index) for pack in batch.packs)
        trained = sum(int(pack.mask.sum()) for pack in batch.packs)
        pieces = sum(len(pack.indices) for pack in batch.packs)
        print(
            f"step {batch.step} packs {packs} pieces {pieces} "
            f"tokens {batch.tokens} trained {trained}",
            flush=True,
        )
    return 0


def run_prepare(arguments: list[str]) -> int:
    """Turns text into a folder of packs that a mixture can name."""
    parser = argparse.ArgumentParser(prog="backstory_feed prepare")
    parser.add_argument("source", nargs="+", help=".jsonl, .jsonl.gz, .parquet or an MDS folder")
    parser.add_argument("--to", required=True, help="folder to make; must not exist")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.json, e.g. of the output")
    parser.add_argument("--end-of-text", required=True, type=int, help="id after each document")
    parser.add_argument("--context-length", required=True, type=int, help="tokens of a pack")
    parser.add_argument("--field", default="text", help="field or column that holds the text")
    options = parser.parse_args(arguments)
    made = prepare(
        options.source,
        options.to,
        PrepareOptions(
            tokenizer=options.tokenizer,
            end_of_text=options.end_of_text,
            context_length=options.context_length,
            field=options.field,
        ),
    )
    print(f"{made.documents} documents, {made.packs} packs, {made.tokens} tokens in {options.to}")
    return 0


def run() -> None:
    """What the command `backstory-feed` calls."""
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # The reader of our output, such as `head`, has closed the pipe. Python would report that
        # again when it flushes standard output at exit, so standard output goes to the null device.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run()
