"""The training loop. A step is a function of model, optimizer and batch; the batch is a function of
the step. So a run that was killed goes on from its last checkpoint as if nothing had happened."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from typing import Any

import torch
from backstory_feed import Feed, Form, Shuffle
from backstory_feed.data.mds_index import INDEX
from backstory_feed.data.storage import open_storage
from backstory_feed.torch_dataset import FeedDataset, Part, check_ranks_agree
from backstory_feed.waiting import Patience, Wait
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_state_dict,
    set_state_dict,
)
from transformers.utils.logging import disable_progress_bar

from backstory_trainer.ahead import Ahead
from backstory_trainer.checkpoints import CheckpointError, hold, load_newest, save
from backstory_trainer.curve import draw, is_number, read_metrics
from backstory_trainer.kinds import KINDS, OTHER, Kinds
from backstory_trainer.metrics import Metrics
from backstory_trainer.model import WeightedLoss, count_flops, open_model
from backstory_trainer.ranks import Ranks, spread
from backstory_trainer.settings import Settings
from backstory_trainer.stopping import Stop, Stopped

TENSORS = ("input_ids", "labels", "position_ids", "loss_weights")
DECISIVE = (
    *("weights", "learning_rate", "warmup", "decay_to", "weight_decay", "clip", "bf16"),
    *("bad_shards", "exclude"),
)
TOKENIZER = "tokenizer/tokenizer.json"

Step = tuple[list[Part], dict[str, Any]]
"""The parts of a step, and the state of the feed after it."""


class Training:
    """A run on one process of `ranks`."""

    def __init__(self, settings: Settings, ranks: Ranks) -> None:
        self.settings = settings
        self.ranks = ranks
        self.stop = Stop()
        patience = self.stop.patience()
        tokenizer = read_tokenizer(settings.data, patience, settings.follow)
        self.kinds = None if tokenizer is None else read_kinds(settings.data, tokenizer)
        self._tokenizer = tokenizer
        vocabulary = 0 if self.kinds is None else self.kinds.vocabulary
        self.model = open_model(settings.model, vocabulary, settings.seed).to(ranks.device)
        config: Any = self.model.config
        self._known: int = config.vocab_size
        self.model.train()
        if settings.activation_checkpointing:
            model: Any = self.model
            model.gradient_checkpointing_enable({"use_reentrant": False})
        self.module = spread(WeightedLoss(self.model), ranks, settings.parallel, settings.bf16)
        self.optimizer = torch.optim.AdamW(
            self.module.parameters(),
            lr=settings.learning_rate,
            betas=(0.9, 0.95),
            weight_decay=settings.weight_decay,
        )
        self.feed = Feed(
            settings.data,
            settings.batch_size,
            rank=ranks.rank,
            world_size=ranks.size,
            shuffle=Shuffle(settings.window, settings.seed),
            epochs=settings.epochs,
            head="wait" if settings.follow else "stop",
            missing="wait" if settings.follow else "fatal",
            bad_shards=settings.bad_shards,
            exclude=settings.exclude,
            patience=patience,
        )
        form = Form(
            labels="shifted", weights="document" if settings.weights != "token" else "token"
        )
        self.data = FeedDataset(self.feed, micro_batch=settings.micro_batch, form=form)
        self.step = 0
        self._state = self.feed.state_dict()

    def run(self) -> bool:
        """Trains to the end; True if that was reached, False if the run was asked to stop."""
        with ExitStack() as held:
            refused = ""
            if self.ranks.rank == 0:
                try:
                    sleep = self.stop.patience().clock.sleep
                    held.enter_context(hold(self.settings.to, sleep=sleep))
                except (CheckpointError, OSError) as error:
                    refused = str(error)
            # Until now a run that was killed may have written: no rank reads checkpoints before.
            for text in self.ranks.gather(refused):
                if text != "":
                    raise CheckpointError(text)
            return self._run()

    def _run(self) -> bool:
        self._resume()
        check_ranks_agree(self.feed)
        path = self.settings.to / "metrics.jsonl"
        metrics = None
        if self.ranks.rank == 0:
            settings = self.settings
            metrics = Metrics(path, self.step, settings.prometheus_port, settings.steps)
        with Ahead(self._steps()) as steps:
            try:
                self._train_on(steps, metrics)
                stopped = self.ranks.any(self.stop.asked)
            finally:
                # Another rank may be the one that was asked, while this one waits for data.
                self.stop.end_waits()
        self._save(final=True)
        if metrics is not None:
            metrics.close()
            self._finish(path, stopped)
        return not stopped

    def _train_on(self, steps: Ahead[Step], metrics: Metrics | None) -> None:
        wanted = self.settings.steps
        while wanted is None or self.step < wanted:
            began = time.monotonic()
            step = self._next(steps, last=self.step + 1 == wanted)
            # Ranks may see different heads of a data set that grows: all go on, or none does.
            if self.ranks.any(step is None or self.stop.asked):
                break
            assert step is not None
            parts, state = step
            waited = time.monotonic() - began
            line = self._train(parts)
            self._state = state
            self.step += 1
            line |= self._speed(parts, waited, time.monotonic() - began)
            if metrics is not None:
                metrics.write(line)
            if self.step % self.settings.checkpoint_every == 0:
                self._save(final=False)

    def _steps(self) -> Iterator[Step]:
        parts: list[Part] = []
        for part in self.data:
            parts.append(part)
            if part["last"]:
                # Made here: the feed reads on while the step is trained on.
                yield parts, self.data.state_after(part)
                parts = []

    def _next(self, steps: Ahead[Step], *, last: bool) -> Step | None:
        try:
            return steps.take(last=last)
        except Stopped:
            return None

    def _train(self, parts: list[Part]) -> dict[str, Any]:
        """One step: the loss is that of all its tokens, in whatever parts and ranks they come."""
        settings, ranks = self.settings, self.ranks
        weight = sum(float(part["loss_weights"].double().sum()) for part in parts)
        total = ranks.sum(torch.tensor([weight], dtype=torch.float64, device=ranks.device))
        scale = ranks.size / float(total[0]) if total[0] > 0 else 0.0
        sums = torch.zeros(1 + 2 * (OTHER + 1), dtype=torch.float64, device=ranks.device)
        for number, part in enumerate(parts):
            with self._synchronized(number == len(parts) - 1):
                loss, each = self._forward(part)
                (loss * scale).backward()
            sums[0] += loss.detach().double()
            self._by_kind(part, each, sums)
        norm = nn.utils.clip_grad_norm_(self.module.parameters(), settings.clip)
        length = float(as_whole(norm))
        if not math.isfinite(length):
            # One step on such gradients would leave no number in the model, nor in what is saved.
            raise ValueError(
                f"the gradients of step {self.step + 1} are no numbers; the run ends before it, "
                "and its checkpoints are as they were: lower the learning rate, or change the clip"
            )
        rate = settings.rate(self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        if total[0] > 0:
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        ranks.sum(sums)
        packs = [pack for part in parts for pack in part["packs"]]
        line: dict[str, Any] = {
            "step": self.step,
            "loss": float(sums[0] / total[0]) if total[0] > 0 else None,
            "learning_rate": rate,
            "gradient_norm": length,
            "packs": sorted(tuple(pack) for own in ranks.gather(packs) for pack in own),
        }
        for kind, name in enumerate(KINDS):
            count = float(sums[1 + OTHER + 1 + kind])
            line[f"loss_{name}"] = float(sums[1 + kind]) / count if count > 0 else None
        return line

    def _synchronized(self, last: bool) -> Any:
        """Gradients of all ranks are summed with the last part of a step, and not before."""
        module: Any = self.module
        if hasattr(module, "set_requires_gradient_sync"):
            module.set_requires_gradient_sync(last)
        elif hasattr(module, "no_sync") and not last:
            return module.no_sync()
        return nullcontext()

    def _forward(self, part: Part) -> tuple[Tensor, Tensor]:
        device = self.ranks.device
        known, highest = self._known, int(part["input_ids"].max())
        if highest >= known:
            raise ValueError(
                f"{self.settings.data} holds the token {highest} in step {self.step + 1}, and "
                f"{self.settings.model} knows {known}"
            )
        moved = {**part, **{name: part[name].to(device, non_blocking=True) for name in TENSORS}}
        with torch.autocast(device.type, torch.bfloat16, enabled=self.settings.bf16):
            result: tuple[Tensor, Tensor] = self.module(moved, self.settings.kernel)
        return result

    def _by_kind(self, part: Part, each: Tensor, sums: Tensor) -> None:
        if self.kinds is None:
            return
        bounds = part["cu_seqlens"].tolist()
        kinds = torch.from_numpy(self.kinds.of(part["input_ids"].numpy(), bounds))
        # Label i is token i + 1.
        rows = part["loss_weights"].nonzero()[:, 0]
        of_labels = kinds[rows + 1].to(sums.device)
        sums[1 : 2 + OTHER].index_add_(0, of_labels, each.double())
        ones = torch.ones_like(each, dtype=torch.float64)
        sums[2 + OTHER :].index_add_(0, of_labels, ones)

    def _speed(self, parts: list[Part], waited: float, seconds: float) -> dict[str, Any]:
        tokens = sum(part["input_ids"].numel() for part in parts) * self.ranks.size
        line = {
            "tokens": tokens,
            "seconds": seconds,
            "tokens_per_second": tokens / seconds,
            "data_wait": waited / seconds,
        }
        if self.settings.peak_flops is not None:
            flops = sum(count_flops(self.model, part["cu_seqlens"].tolist()) for part in parts)
            line["mfu"] = flops / seconds / self.settings.peak_flops
        return line

    def _resume(self) -> None:
        told: list[str] = []
        content = load_newest(self.settings.to / "checkpoints", told)
        for text in told:
            print(f"backstory-trainer: {text}", file=sys.stderr, flush=True)
        steps = self.ranks.gather(-1 if content is None else content["step"])
        if len(set(steps)) > 1:
            raise CheckpointError(f"ranks found checkpoints of steps {steps}; share the folder")
        if content is None:
            return
        if self.ranks.rank == 0:
            self._tell_changes(content.get("settings", {}))
        try:
            self.data.load_state_dict(content["feed"])
            set_state_dict(
                self.module,
                self.optimizer,
                model_state_dict=content["model"],
                optim_state_dict=content["optimizer"],
                options=StateDictOptions(full_state_dict=True),
            )
        except (RuntimeError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"the checkpoint of step {content['step']} in {self.settings.to} does not fit "
                f"{self.settings.model}; go on with the model it was made of: {error}"
            ) from error
        self.step, self._state = content["step"], content["feed"]

    def _tell_changes(self, before: dict[str, Any]) -> None:
        for name, value in self._decisive().items():
            if name in before and before[name] != value:
                text = f"{name} was {before[name]} up to here and is {value} from now on"
                print(f"backstory-trainer: {text}", file=sys.stderr, flush=True)

    def _decisive(self) -> dict[str, Any]:
        """What else decides the steps, beside the model and the feed's own settings."""
        # The end of a run decides its rates only where they decay towards it.
        names = DECISIVE if self.settings.decay_to == 1.0 else (*DECISIVE, "steps")
        return {name: getattr(self.settings, name) for name in names}

    def _save(self, final: bool) -> None:
        options = StateDictOptions(full_state_dict=True, cpu_offload=True)
        model, optimizer = get_state_dict(self.module, self.optimizer, options=options)
        failed = ""
        if self.ranks.rank == 0:
            content = {"step": self.step, "feed": self._state}
            content |= {"settings": self._decisive()}
            content |= {"model": model, "optimizer": optimizer}
            try:
                save(self.settings.to / "checkpoints", self.step, content)
            except CheckpointError as error:
                failed = str(error)
                print(f"backstory-trainer: {error}; trying again later", file=sys.stderr)
        if final and any(self.ranks.gather(failed)):
            raise CheckpointError(f"the run ends without its last checkpoint: {failed}")
        self._weights = model

    def _finish(self, metrics: Any, stopped: bool) -> None:
        """The picture, and the model in the form of Hugging Face if the run is over."""
        lines = read_metrics(metrics)
        if any(is_number(line["loss"]) for line in lines):
            title = f"{self.settings.model} on {self.settings.data}"
            (self.settings.to / "curve.svg").write_text(draw(lines, title), "utf-8")
        if stopped:
            return
        folder = self.settings.to / "model"
        own: Any = self.model
        disable_progress_bar()
        prefix = "model."
        weights = {name.removeprefix(prefix): value for name, value in self._weights.items()}
        own.save_pretrained(folder, state_dict=weights)
        if self._tokenizer is not None:
            (folder / "tokenizer.json").write_bytes(self._tokenizer)


def read_tokenizer(data: str, patience: Patience, follow: bool) -> bytes | None:
    """The output's tokenizer, which decides the size of a new model: whoever follows waits for it.

    A folder of MDS may have none, and does not grow.
    """
    storage = open_storage(data, patience)
    wait = Wait(patience, patience.timeout_seconds, "HEAD_TIMEOUT")
    while True:
        tokenizer: bytes | None = storage.read(TOKENIZER)
        if not follow or tokenizer is not None or storage.read(INDEX) is not None:
            return tokenizer
        wait.pause(f"{data} has not begun: there is no {TOKENIZER} yet")


def read_kinds(data: str, tokenizer: bytes) -> Kinds:
    """Kinds of the tokens of an output. ValueError names the file."""
    try:
        return Kinds(tokenizer)
    except ValueError as error:
        raise ValueError(f"{data}/{TOKENIZER} cannot be read: {error}") from error


def as_whole(value: Any) -> Tensor:
    """A number that may be spread over the ranks."""
    whole: Tensor = value.full_tensor() if hasattr(value, "full_tensor") else value
    return whole
