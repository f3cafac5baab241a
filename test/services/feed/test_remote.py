"""The feed on a real S3 server, and on another URL: `python test_remote.py FOLDER`, with an output
in FOLDER/out and S3_ENDPOINT, S3_URL and the credentials in the environment."""

from __future__ import annotations

import os
import sys
import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path

import boto3
import fsspec
from backstory_feed import Feed, FeedError, Limits, Patience, Shuffle
from backstory_feed.data.storage import S3Storage
from botocore.config import Config

OUT = Path(sys.argv.pop(1)) / "out"
URL = os.environ["S3_URL"]
OPTIONS = {"endpoint_url": os.environ["S3_ENDPOINT"]}
BUCKET, _, PREFIX = URL.removeprefix("s3://").partition("/")
PATIENCE = Patience(poll_seconds=0.05, repair_seconds=0.5, timeout_seconds=20)
os.environ["AWS_ENDPOINT_URL"] = OPTIONS["endpoint_url"]


def client() -> object:
    config = Config(s3={"addressing_style": "path"})
    return boto3.client("s3", region_name="us-east-1", config=config, **OPTIONS)


def upload(name: str, only: Callable[[str], bool] = lambda _path: True) -> str:
    """Copies the output to the server; returns its URL."""
    for path in sorted(OUT.rglob("*")):
        relative = path.relative_to(OUT).as_posix()
        if path.is_file() and relative.startswith(("manifest/", "shards/")) and only(relative):
            put(name, relative)
    return f"{URL}/{name}"


def put(name: str, path: str) -> None:
    key = f"{PREFIX}/{name}/{path}"
    client().put_object(Bucket=BUCKET, Key=key, Body=(OUT / path).read_bytes())


def content(feed: Feed) -> list[tuple[int, bytes, bytes]]:
    return [
        (pack.index, pack.input_ids.tobytes(), pack.mask.tobytes())
        for batch in feed
        for pack in batch.packs
    ]


class RemoteTest(unittest.TestCase):
    def test_s3_gives_the_same_packs_whole_or_in_ranges(self) -> None:
        url = upload("same")
        for shuffle in (None, Shuffle(5, 2)):
            whole = content(Feed(OUT, 2, shuffle=shuffle))
            for limits in (Limits(), Limits(access="range"), Limits(memory_bytes_max=1)):
                feed = Feed(url, 2, shuffle=shuffle, limits=limits, patience=PATIENCE)
                self.assertEqual(content(feed), whole)
            state = Feed(OUT, 2, shuffle=shuffle, start=2).state_dict()
            resumed = Feed(url, 2, shuffle=shuffle, patience=PATIENCE)
            resumed.load_state_dict(state)
            self.assertEqual(content(resumed), whole[4:])

    def test_s3_grows_while_it_is_read(self) -> None:
        entries = sorted((OUT / "manifest").glob("[0-9]*.json"))
        names = [f"manifest/{path.name}" for path in entries]
        url = upload("grows", lambda path: path.startswith("shards/") or path == names[0])

        def grow() -> None:
            for name in names[1:]:
                time.sleep(0.1)
                put("grows", name)

        thread = threading.Thread(target=grow)
        thread.start()
        self.assertEqual(content(Feed(url, 2, patience=PATIENCE)), content(Feed(OUT, 2)))
        thread.join()

    def test_a_changed_object_is_found(self) -> None:
        url = upload("changed")
        shard = sorted((OUT / "shards").glob("*.mds"))[0]
        bad = bytearray(shard.read_bytes())
        bad[len(bad) // 2] ^= 1
        key = f"{PREFIX}/changed/shards/{shard.name}"
        client().put_object(Bucket=BUCKET, Key=key, Body=bytes(bad))
        with self.assertRaisesRegex(FeedError, f"SHARD_CORRUPT.*{shard.name}"):
            content(Feed(url, 2, patience=PATIENCE))

    def test_what_is_not_there_is_said(self) -> None:
        with self.assertRaisesRegex(FeedError, "OUTPUT_MISSING.*nothing-here"):
            Feed(f"{URL}/nothing-here", 1, patience=PATIENCE)
        with self.assertRaisesRegex(FeedError, "STORE_UNSUITABLE.*NoSuchBucket"):
            Feed("s3://no-such-bucket/out", 1, patience=PATIENCE)

    def test_a_server_that_does_not_answer_is_no_silent_wait(self) -> None:
        told: list[str] = []
        patience = Patience(poll_seconds=0.01, repair_seconds=0.2, tell=told.append)
        storage = S3Storage(URL, patience, {"endpoint_url": "http://127.0.0.1:9"})
        with self.assertRaisesRegex(FeedError, "STORE_UNAVAILABLE.*head.json"):
            storage.read("manifest/head.json")

    def test_any_file_system_of_fsspec(self) -> None:
        memory = fsspec.filesystem("memory")
        for folder in ("manifest", "shards"):
            for path in (OUT / folder).rglob("*"):
                if path.is_file():
                    memory.pipe(f"/out/{path.relative_to(OUT).as_posix()}", path.read_bytes())
        self.assertEqual(content(Feed("memory://out", 2)), content(Feed(OUT, 2)))
        with self.assertRaisesRegex(FeedError, "EXTRA_MISSING"):
            Feed("nowhere://x/y", 1)


if __name__ == "__main__":
    unittest.main()
