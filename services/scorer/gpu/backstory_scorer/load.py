"""Loads a model from a folder: full attention, rotary positions, whole safetensors; else refuses
by name.

What changes a score goes into one hash, the configuration: weights, tokenizer, number format,
attention kernel, device and the version of PyTorch. Scores of two configurations are never
compared.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from backstory_scorer.attention import NAME, check_kernel
from backstory_scorer.errors import ScorerError
from backstory_scorer.model import Piece, ScoringModel, register_attention

VERSION = 1
"""Raised when the same model would give other scores."""
FAMILIES = ("llama", "qwen2", "qwen3")
ROPE_TYPES = ("default", "linear", "llama3", "yarn")
"""Those whose angles do not depend on the length of the text."""
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class Identity:
    """Names of all that a score depends on."""

    model: str
    model_hash: str
    tokenizer_hash: str | None
    dtype: str
    kernel: str
    device: str
    torch: str

    @property
    def configuration(self) -> str:
        """The hash of the rest, without the name of the model."""
        parts = {**self.__dict__, "model": None, "version": VERSION}
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def find_model(name: str) -> Path:
    """The folder of a model; a name that is no folder is asked of the hub, where there is one."""
    folder = Path(name)
    if not folder.is_dir():
        folder = fetch_model(name)
    if not (folder / "config.json").is_file():
        raise ScorerError("MODEL_MISSING", f"{folder} has no config.json: it is no model's folder")
    if not list(folder.glob("*.safetensors")):
        raise ScorerError("MODEL_MISSING", f"{folder} has no *.safetensors: convert its weights")
    return folder


def fetch_model(name: str) -> Path:
    """What the hub's own cache has, or a download to it."""
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "*.safetensors"]
    try:
        return Path(snapshot_download(name, allow_patterns=wanted))
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error).splitlines()[0]}"[:300]
        raise ScorerError(
            "MODEL_MISSING", f"--model {name} is no folder, and the hub gave none ({reason})"
        ) from error


def pick_device(wanted: str) -> torch.device:
    """The device that was asked for; auto is a GPU where there is one."""
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise ScorerError("SETTINGS_INVALID", f"--device {wanted} is no device") from error
    if device.type not in ("cpu", "cuda"):
        raise ScorerError("SETTINGS_INVALID", f"--device {wanted}: only cpu, cuda and cuda:N")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ScorerError("SETTINGS_INVALID", f"--device {wanted}: PyTorch sees no such GPU")
    return device


def require_supported(config: Any) -> None:
    """Names what makes a model unfit: its keys and values could not be shared, or not exactly."""
    kind = getattr(config, "model_type", "?")
    if kind not in FAMILIES:
        raise unsupported(f"model_type {kind}; known are {', '.join(FAMILIES)}")
    if getattr(config, "quantization_config", None) is not None:
        raise unsupported("quantized weights; use the weights that these were made from")
    layers = set(getattr(config, "layer_types", None) or ["full_attention"])
    if layers != {"full_attention"}:
        raise unsupported(f"layers with {', '.join(sorted(layers - {'full_attention'}))}")
    rope = (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default")
    if rope not in ROPE_TYPES:
        raise unsupported(f"rope_type {rope}, whose angles depend on the length of the text")


def unsupported(what: str) -> ScorerError:
    """A refusal by name."""
    return ScorerError("MODEL_UNSUPPORTED", f"this service cannot score with {what}")


def load_model(folder: Path, device: torch.device, dtype_name: str) -> ScoringModel:
    """The model on its device, checked: kernel against plain attention, finite on a first text."""
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    register_attention()
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    except Exception as error:
        raise broken(folder, "config.json", error) from error
    require_supported(config)
    dtype = pick_dtype(dtype_name, device, config)
    try:
        model, info = AutoModelForCausalLM.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            attn_implementation=NAME,
            use_safetensors=True,
            # Sizes that differ are told by name below.
            ignore_mismatched_sizes=True,
            output_loading_info=True,
        )
    except Exception as error:
        raise broken(folder, "weights", error) from error
    require_whole(folder, info)
    scoring = ScoringModel(model.eval().requires_grad_(False).to(device), device)
    check_scoring(scoring)
    return scoring


def broken(folder: Path, part: str, error: Exception) -> ScorerError:
    """Of files that transformers cannot read."""
    reason = f"{type(error).__name__}: {error}"[:400]
    return ScorerError("MODEL_BROKEN", f"{part} of {folder} cannot be read: {reason}")


def require_whole(folder: Path, info: dict[str, Any]) -> None:
    """Weights that are not there would be random numbers, and every score of them wrong."""
    for what in ("missing_keys", "mismatched_keys", "error_msgs"):
        names = sorted(str(each) for each in info.get(what) or [])
        if names:
            told = ", ".join(names[:3])
            raise ScorerError(
                "MODEL_BROKEN", f"weights of {folder}: {len(names)} {what}, such as {told}"
            )


def pick_dtype(name: str, device: torch.device, config: Any) -> torch.dtype:
    """float32 on a CPU and the model's own 16 bits on a GPU, whose kernels know no other."""
    if name == "auto":
        if device.type == "cpu":
            return torch.float32
        own = getattr(config, "dtype", None)
        return torch.float16 if own == torch.float16 else torch.bfloat16
    dtype = DTYPES.get(name)
    if dtype is None or (device.type == "cuda" and dtype == torch.float32):
        known = [each for each in DTYPES if device.type == "cpu" or each != "float32"]
        told = f"--dtype {name}: {device.type} knows {', '.join(known)}"
        raise ScorerError("SETTINGS_INVALID", told)
    return dtype


def check_scoring(model: ScoringModel) -> None:
    """Ends the start if the kernel or the weights give nonsense on this machine."""
    off = check_kernel(model.kernel, model.device, model.dtype)
    allowed = 1e-5 if model.dtype == torch.float32 else 0.03
    if not off <= allowed:
        told = f"kernel {model.kernel.name} is {off:.2g} off plain attention on this machine"
        raise ScorerError("MODEL_BROKEN", told)
    ids = [each % model.vocabulary for each in range(1, 17)]
    [scored] = model.score([Piece(None, 0, ids[:-1], 0, ids[1:])])
    if not torch.isfinite(scored.logprobs).all():
        raise ScorerError("MODEL_BROKEN", "the model gives probabilities that are no numbers")


def identify(name: str, folder: Path, model: ScoringModel) -> Identity:
    """Reads all files once for their hash."""
    tokenizer = folder / "tokenizer.json"
    weights = sorted(folder.glob("*.safetensors"))
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        hashes = list(pool.map(hash_file, [folder / "config.json", *weights]))
    cuda = model.device.type == "cuda"
    return Identity(
        model=public_name(name, folder),
        model_hash=sha256("".join(hashes).encode()).hexdigest(),
        tokenizer_hash=hash_file(tokenizer) if tokenizer.is_file() else None,
        dtype=str(model.dtype).removeprefix("torch."),
        kernel=model.kernel.name,
        device=torch.cuda.get_device_name(model.device) if cuda else "cpu",
        torch=torch.__version__,
    )


def public_name(name: str, folder: Path) -> str:
    """No folder of the machine's owner goes into data: of a path only the last part is told."""
    return name if not Path(name).is_dir() else folder.resolve().name


def hash_file(path: Path) -> str:
    """SHA-256 in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()
