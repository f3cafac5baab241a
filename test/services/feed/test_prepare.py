"""Streams of other text: JSONL, Parquet and MDS become packs. `python test_prepare.py FOLDER`,
with the tokenizer of bytes in FOLDER/bytes.json."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
from backstory_feed import Feed, FeedError, Stream
from backstory_feed.data.prepare import PrepareOptions, ShardWriter, open_encoder, prepare

FOLDER = Path(sys.argv.pop(1))
TOKENIZER = FOLDER / "bytes.json"
END = 0
TEXTS = [
    "one",
    "",
    "two \u00e4 \U0001f600\n",
    "a longer text " * 20,
    "<|endoftext|> <|im_start|>",
    "x",
]
OPTIONS = PrepareOptions(TOKENIZER, END, context_length=32, shard_bytes=900)


def tokens_of(texts: list[str]) -> list[int]:
    """What the packs must hold, one after another."""
    encode = open_encoder(TOKENIZER)
    return [id for text in texts if text for id in [*encode([text])[0].tolist(), END]]


class PrepareTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="prepare-", dir=FOLDER))
        self.addCleanup(shutil.rmtree, self.folder)
        self.jsonl = self.folder / "a.jsonl"
        self.jsonl.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))

    def read(self, folder: Path) -> list[int]:
        feed = Feed([Stream(folder, name="text")], 2)
        packs = [pack for batch in feed for pack in batch.packs]
        self.assertTrue(all(pack.tokens == 32 for pack in packs[:-1]))
        return [id for pack in packs for id in pack.input_ids.tolist()]

    def test_every_source_gives_the_same_packs(self) -> None:
        with gzip.open(self.folder / "a.jsonl.gz", "wt") as file:
            file.write(self.jsonl.read_text())
        parquet.write_table(pa.table({"text": TEXTS, "id": range(6)}), self.folder / "a.parquet")
        for name in ("a.jsonl", "a.jsonl.gz", "a.parquet"):
            to = self.folder / f"from-{name}"
            made = prepare([self.folder / name], to, OPTIONS)
            self.assertEqual((made.documents, made.tokens), (5, len(tokens_of(TEXTS))))
            self.assertEqual(self.read(to), tokens_of(TEXTS))
            self.assertGreater(len(list(to.glob("*.mds"))), 1)

    def test_bounds_of_documents_are_bounds_of_pieces(self) -> None:
        prepare([self.jsonl], self.folder / "to", OPTIONS)
        pieces = [
            pack.input_ids[start:end].tolist()
            for batch in Feed([Stream(self.folder / "to", name="text")], 1)
            for pack in batch.packs
            for start, end in pack.indices.tolist()
        ]
        self.assertEqual(sum(piece[-1] == END for piece in pieces), 5)
        self.assertTrue(all(END not in piece[:-1] for piece in pieces))

    def test_text_never_becomes_a_control_token(self) -> None:
        settings = json.loads(TOKENIZER.read_text())
        special = {"id": 300, "content": "<|im_start|>", "special": True, "normalized": False}
        flags = {"single_word": False, "lstrip": False, "rstrip": False}
        added = self.folder / "added.json"
        added.write_text(json.dumps({**settings, "added_tokens": [{**special, **flags}]}))
        self.assertEqual(
            [ids.tolist() for ids in open_encoder(added)(["<|im_start|>"])],
            [ids.tolist() for ids in open_encoder(TOKENIZER)(["<|im_start|>"])],
        )

    def test_a_bad_source_is_named_and_leaves_nothing(self) -> None:
        bad = self.folder / "bad.jsonl"
        to = self.folder / "to"
        table = pa.table({"other": ["x"]})
        parquet.write_table(table, self.folder / "bad.parquet")
        (self.folder / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "x"}\n')[:-9])
        (self.folder / "cut.parquet").write_bytes(b"PAR1xx")
        cases = [
            ('{"text": "x"}\n{', "line 2 is no JSON"),
            ('{"text": 3}\n', "document 0 has no text"),
            ("[1]\n", "document 0 has no text"),
            ("", "hold no text"),
            ('{"text": "a"}\n{"text": "a\\ud800b"}\n', "document 1 has half a character"),
            ('{"text": ' + "[" * 100_000, "line 1 is no JSON"),
        ]
        for content, what in cases:
            bad.write_text(content)
            with self.assertRaisesRegex(FeedError, f"SOURCE_UNSUITABLE.*{what}"):
                prepare([bad], to, OPTIONS)
        for name in ("bad.parquet", "cut.parquet", "cut.jsonl.gz", "none.jsonl", "a.txt"):
            with self.assertRaisesRegex(FeedError, f"SOURCE_UNSUITABLE.*{name}"):
                prepare([self.folder / name], to, OPTIONS)
        with self.assertRaisesRegex(FeedError, "no tokenizer"):
            prepare([self.jsonl], to, replace(OPTIONS, tokenizer=self.jsonl))
        for id in (-1, 1 << 32, 10**6):
            with self.assertRaisesRegex(FeedError, f"no token {id}, which is to follow"):
                prepare([self.jsonl], to, replace(OPTIONS, end_of_text=id))
        with self.assertRaisesRegex(FeedError, "cannot be written"):
            prepare([self.jsonl], self.jsonl / "to", OPTIONS)
        self.assertEqual(list(self.folder.glob("to*")), [])
        to.symlink_to(self.folder / "nowhere")
        with self.assertRaisesRegex(FeedError, "there already"):
            prepare([self.jsonl], to, OPTIONS)
        to.unlink()
        to.mkdir()
        with self.assertRaisesRegex(FeedError, "there already"):
            prepare([self.jsonl], to, OPTIONS)

    def test_mds_of_text_by_another_program(self) -> None:
        source = self.folder / "mds"
        source.mkdir()
        writer = ShardWriter(source, "text", 1 << 20, columns={"text": "str"})
        for text in TEXTS:
            writer.add_row([text.encode()])
        writer.finish()
        prepare([source], self.folder / "to", OPTIONS)
        self.assertEqual(self.read(self.folder / "to"), tokens_of(TEXTS))


if __name__ == "__main__":
    unittest.main()
