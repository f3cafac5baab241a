"""Text to token ids and back, with the tokenizer.json of the model.

Text is hostile: what spells a special token is read as plain letters. Context, thought and code
are tokenized apart, so that a code has the same tokens behind every thought.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel
from tokenizers.decoders import Sequence as DecoderSequence

from backstory_scorer.errors import ScorerError


@dataclass(frozen=True)
class Encoded:
    """Token ids; and how many code points of the text are complete after each."""

    ids: list[int]
    ends: list[int]


class Text:
    """The tokenizer of one model. Safe for threads."""

    def __init__(self, tokenizer: Tokenizer, vocabulary: int) -> None:
        self._tokenizer = tokenizer
        self._vocabulary = vocabulary
        beginning = tokenizer.encode("", add_special_tokens=True).ids
        self.beginning = beginning[:1]
        """What the model expects at the very beginning, or nothing."""
        # From here on, no text can be a special token.
        tokenizer.encode_special_tokens = True
        self._bytes = byte_alphabet() if is_byte_level(tokenizer) else None

    @staticmethod
    def open(folder: Path, vocabulary: int) -> Text | None:
        """None for a model that brings none; then only ids are taken."""
        path = folder / "tokenizer.json"
        if not path.is_file():
            return None
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:
            told = f"{path} cannot be read: {str(error)[:300]}"
            raise ScorerError("MODEL_BROKEN", told) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return Text(tokenizer, vocabulary)

    def encode(self, text: str, field: str) -> Encoded:
        """Never fails for a text that is one; lone surrogates are none."""
        try:
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
        except Exception as error:
            told = f"{field} cannot be tokenized: {str(error)[:200]}"
            raise ScorerError("BAD_REQUEST", told) from error
        ids = encoding.ids
        if ids and max(ids) >= self._vocabulary:
            raise ScorerError("MODEL_BROKEN", "the tokenizer has more tokens than the model")
        return Encoded(ids, [end for _start, end in encoding.offsets])

    def spell(self, token: int) -> str:
        """One token as text; bytes that are no whole characters as `bytes:\\xe2\\x82`."""
        name = self._tokenizer.id_to_token(token)
        if name is None:
            return ""
        if self._bytes is None or any(letter not in self._bytes for letter in name):
            return str(self._tokenizer.decode([token], skip_special_tokens=False))
        raw = bytes(self._bytes[letter] for letter in name)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in raw)


def is_byte_level(tokenizer: Tokenizer) -> bool:
    """Whether its tokens are spelled in the alphabet of GPT-2."""
    decoder = tokenizer.decoder
    if isinstance(decoder, DecoderSequence):
        return "ByteLevel" in repr(decoder)
    return isinstance(decoder, ByteLevel)


def byte_alphabet() -> dict[str, int]:
    """GPT-2's letters for bytes: printable ones are themselves, others follow from 256 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    alphabet = {chr(byte): byte for byte in printable}
    return alphabet | {chr(256 + index): byte for index, byte in enumerate(others)}
