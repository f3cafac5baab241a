"""Which models are accepted, and with which words others are refused."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

import torch
from backstory_scorer.errors import ScorerError
from backstory_scorer.load import find_model, identify, load_model, pick_device, pick_dtype
from backstory_scorer.text import Text
from safetensors.torch import load_file, save_file
from tiny_models import END, VOCABULARY, make_model

CPU = torch.device("cpu")


class Loading(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.parent = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.parent.cleanup()

    def setUp(self) -> None:
        self.folder = make_model("llama", Path(self.parent.name) / self._testMethodName)

    def change(self, **fields: object) -> None:
        path = self.folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    def refused(self, code: str, *words: str, dtype: str = "auto") -> None:
        with self.assertRaises(ScorerError) as caught:
            load_model(find_model(str(self.folder)), CPU, dtype)
        self.assertEqual(caught.exception.code, code)
        for word in words:
            self.assertIn(word, caught.exception.message)

    def test_another_family_is_refused_by_its_name(self) -> None:
        self.change(model_type="gpt2", architectures=["GPT2LMHeadModel"])
        self.refused("MODEL_UNSUPPORTED", "gpt2", "llama, qwen2, qwen3")

    def test_an_unknown_family_is_refused(self) -> None:
        self.change(model_type="none-such")
        self.refused("MODEL_BROKEN", "config.json", "none-such")

    def test_a_window_is_refused(self) -> None:
        self.folder = make_model("qwen3", self.folder / "qwen")
        layers = ["full_attention", "sliding_attention", "full_attention"]
        self.change(use_sliding_window=True, sliding_window=64, layer_types=layers)
        self.refused("MODEL_UNSUPPORTED", "sliding_attention")

    def test_angles_that_depend_on_the_length_are_refused(self) -> None:
        self.change(rope_parameters={"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0})
        self.refused("MODEL_UNSUPPORTED", "dynamic")

    def test_quantized_weights_are_refused(self) -> None:
        self.change(quantization_config={"quant_method": "fp8"})
        self.refused("MODEL_UNSUPPORTED", "quantized")

    def test_weights_that_lack_a_tensor_are_refused(self) -> None:
        path = self.folder / "model.safetensors"
        weights = load_file(path)
        del weights["model.layers.1.mlp.up_proj.weight"]
        save_file(weights, path, {"format": "pt"})
        self.refused("MODEL_BROKEN", "missing_keys", "model.layers.1.mlp.up_proj.weight")

    def test_weights_of_another_size_are_refused(self) -> None:
        path = self.folder / "model.safetensors"
        weights = load_file(path)
        weights["lm_head.weight"] = torch.zeros(4, 4)
        save_file(weights, path, {"format": "pt"})
        self.refused("MODEL_BROKEN", "lm_head.weight")

    def test_weights_that_are_cut_off_are_refused(self) -> None:
        path = self.folder / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-100])
        self.refused("MODEL_BROKEN", "weights")

    def test_weights_that_are_no_numbers_are_refused(self) -> None:
        path = self.folder / "model.safetensors"
        weights = load_file(path)
        weights["model.norm.weight"][:] = torch.nan
        save_file(weights, path, {"format": "pt"})
        self.refused("MODEL_BROKEN", "no numbers")

    def test_a_folder_without_a_model_and_a_name_without_a_folder_are_told(self) -> None:
        (self.folder / "config.json").rename(self.folder / "other.json")
        self.refused("MODEL_MISSING", "config.json")
        self.folder = Path("nobody/none-such")
        self.refused("MODEL_MISSING", "nobody/none-such")

    def test_settings_that_no_device_knows_are_told(self) -> None:
        for wanted in ("gpu", "mps", "cuda:99"):
            with self.assertRaises(ScorerError) as caught:
                pick_device(wanted)
            self.assertEqual(caught.exception.code, "SETTINGS_INVALID")
        self.refused("SETTINGS_INVALID", "float32", dtype="int8")
        with self.assertRaises(ScorerError):
            pick_dtype("float32", torch.device("cuda"), None)

    def test_the_configuration_names_all_that_changes_scores(self) -> None:
        def configuration(dtype: str = "auto") -> str:
            model = load_model(self.folder, CPU, dtype)
            return identify(str(self.folder), self.folder, model).configuration

        first = configuration()
        self.assertEqual(configuration(), first)
        self.assertNotEqual(configuration("bfloat16"), first)
        path = self.folder / "model.safetensors"
        weights = load_file(path)
        weights["model.norm.weight"][0] += 1
        save_file(weights, path, {"format": "pt"})
        second = configuration()
        self.assertNotEqual(second, first)
        tokenizer = self.folder / "tokenizer.json"
        tokenizer.write_text(tokenizer.read_text() + " ")
        self.assertNotEqual(configuration(), second)


class Texts(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.parent = tempfile.TemporaryDirectory()
        folder = make_model("llama", Path(cls.parent.name))
        text = Text.open(folder, VOCABULARY)
        assert text is not None
        cls.text = text

    @classmethod
    def tearDownClass(cls) -> None:
        cls.parent.cleanup()

    def test_what_spells_a_special_token_is_read_as_letters(self) -> None:
        encoded = self.text.encode(f"a{END}b", "context")
        self.assertNotIn(0, encoded.ids)
        self.assertEqual("".join(map(self.text.spell, encoded.ids)), f"a{END}b")

    def test_ends_count_code_points(self) -> None:
        encoded = self.text.encode("aé\U0001f701z", "target")
        self.assertEqual(encoded.ends[0], 1)
        self.assertEqual(encoded.ends[-1], 4)
        self.assertEqual(encoded.ends, sorted(encoded.ends))

    def test_bytes_that_are_no_character_are_spelled_as_bytes(self) -> None:
        spelled = [self.text.spell(each) for each in self.text.encode("é", "target").ids]
        self.assertEqual(spelled, ["bytes:\\xc3", "bytes:\\xa9"])


if __name__ == "__main__":
    unittest.main()
