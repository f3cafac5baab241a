"""One thread that computes, and all that waits for it.

Every context is read once, in chunks, however many requests want it. Between two chunks the oldest
candidates whose contexts are there go through one forward together, whatever request they are of.
So neither a long context nor a long line of candidates holds up the other. A candidate that fails
fails alone.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import torch

from backstory_scorer.cache import Ids, Prefix, PrefixCache, as_ids, key_of
from backstory_scorer.errors import ScorerError
from backstory_scorer.load import check_scoring
from backstory_scorer.metrics import Metrics
from backstory_scorer.model import Scored, ScoringModel
from backstory_scorer.results import is_out_of_memory, join, out_of_memory, settle, stopping
from backstory_scorer.settings import Limits
from backstory_scorer.waiting_line import Filling, Job, WaitingLine

Result = TypeVar("Result")


@dataclass(frozen=True)
class Work:
    """One code behind one context and several thoughts; the context by its tokens, at least one,
    or by the key that an earlier answer named."""

    context: list[int]
    key: str | None
    thoughts: list[list[int]]
    target: list[int]


@dataclass(frozen=True)
class Submitted:
    """What was asked for is under way: one future per candidate, in order."""

    context_key: str
    context_tokens: int
    cached_tokens: int
    futures: list[Future[Scored]]


class Engine:
    """Owns the model and its thread. Its public methods may be called from any thread."""

    def __init__(
        self, model: ScoringModel, limits: Limits, metrics: Metrics, threads: int = 0
    ) -> None:
        self.limits = limits
        self.failed = threading.Event()
        """Set when the device computes no more: the process has to be started anew."""
        self._model = model
        self._metrics = metrics
        self._cache = PrefixCache(model.shape, limits.cache_bytes, limits.chunk_tokens)
        self._line = WaitingLine(limits.queue_tokens)
        self._changed = threading.Condition()
        self._stopping = False
        self._number = 0
        self._threads = threads
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def submit(self, works: list[Work]) -> list[Submitted | ScorerError]:
        """Takes all works or, where they do not fit, none. A work that cannot be done is an error
        at its place."""
        with self._changed:
            found = [self._find(work) for work in works]
            unread = {key: len(ids) - 1 for key, ids in found if self._unread(key, ids)}
            rows = sum(len(z) + len(work.target) for work in works for z in work.thoughts)
            self._admit(rows + sum(unread.values()))
            done = [self._add(*each, work) for each, work in zip(found, works, strict=True)]
            self._note()
            return done

    def submit_whole(self, texts: list[list[int]]) -> list[Future[Scored]]:
        """Scores every token of each text but the first, and names the most likely ones."""
        with self._changed:
            self._admit(sum(map(len, texts)))
            jobs = [self._job(ids[:-1], 0, ids[1:], best=True) for ids in texts]
            for job, ids in zip(jobs, texts, strict=True):
                if len(ids) > self.limits.context_tokens:
                    settle(job.future, self._too_long(len(ids)))
                elif len(job.ids) > self.limits.batch_tokens:
                    self._add_long(job, as_ids(ids), 1)
                else:
                    self._line.count(job)
                    self._line.add_ready(job)
            self._note()
            return [job.future for job in jobs]

    def close(self) -> None:
        """Finishes what waits, then ends the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    @property
    def accepting(self) -> bool:
        """Whether the next request would be taken."""
        return self._thread.is_alive() and not self._stopping and not self._line.full

    # What follows up to _run is called with the lock held.

    def _find(self, work: Work) -> tuple[str, Ids]:
        """No ids for a key that nobody knows."""
        if work.key is None:
            ids = as_ids(work.context)
            return key_of(ids), ids
        known = self._line.fillings.get(work.key) or self._cache.find(work.key)
        return work.key, as_ids([]) if known is None else known.ids

    def _unread(self, key: str, ids: Ids) -> bool:
        if len(ids) <= 1 or key in self._line.fillings:
            return False
        return self._cache.find(key) is None

    def _add(self, key: str, ids: Ids, work: Work) -> Submitted | ScorerError:
        if len(ids) == 0:
            return ScorerError("CONTEXT_UNKNOWN", "no such context is kept; send its tokens")
        target = work.target
        jobs = [self._job([int(ids[-1]), *z, *target[:-1]], len(z), target) for z in work.thoughts]
        fitting = []
        for job, thought in zip(jobs, work.thoughts, strict=True):
            job.length = len(ids) - 1
            tokens = len(ids) + len(thought) + len(target)
            if tokens > self.limits.context_tokens:
                settle(job.future, self._too_long(tokens))
            else:
                fitting.append(job)
        there = self._place(key, ids, fitting) if fitting else False
        cached = len(ids) - 1 if there else 0
        return Submitted(key, len(ids), cached, [job.future for job in jobs])

    def _place(self, key: str, ids: Ids, jobs: list[Job]) -> bool:
        """Puts candidates behind their context; whether it is there already."""
        length = len(ids) - 1
        filling = self._line.fillings.get(key)
        prefix = self._cache.find(key) if filling is None else None
        there = filling is None and (length == 0 or prefix is not None)
        long = [job for job in jobs if len(job.ids) > self.limits.batch_tokens]
        short = [job for job in jobs if len(job.ids) <= self.limits.batch_tokens]
        outcome = "hit" if there else "joined" if filling is not None else "miss"
        if filling is None and not there and short:
            filling = Filling(key, ids, length)
            self._line.fillings[key] = filling
            self._line.recount(filling, length)
        for job in short:
            self._line.count(job)
            if filling is None:
                self._make_ready(job, prefix)
            else:
                filling.jobs.append(job)
        for job in long:
            whole = as_ids([*ids.tolist(), *job.ids[1:], job.targets[-1]])
            self._add_long(job, whole, len(whole) - len(job.targets))
        self._metrics.contexts.labels(outcome).inc()
        self._metrics.reused.inc(length if there else 0)
        return there

    def _make_ready(self, job: Job, prefix: Prefix | None) -> None:
        job.prefix = prefix
        if prefix is not None:
            prefix.pins += 1
        self._line.add_ready(job)

    def _add_long(self, job: Job, ids: Ids, score_from: int) -> None:
        key = f"whole {job.number}"
        filling = Filling(key, ids, len(ids) - 1, score_from=score_from, whole=job.future)
        self._line.fillings[key] = filling
        self._line.recount(filling, filling.length)

    def _job(
        self, ids: list[int], score_from: int, targets: list[int], *, best: bool = False
    ) -> Job:
        self._number += 1
        return Job(self._number, ids, score_from, targets, best, Future())

    def _admit(self, tokens: int) -> None:
        if self._stopping or not self._thread.is_alive():
            raise stopping()
        self._line.admit(tokens)

    def _too_long(self, tokens: int) -> ScorerError:
        most = self.limits.context_tokens
        told = f"context, thought and code have {tokens} tokens; {most} is the most"
        return ScorerError("TOO_LONG", told)

    def _note(self) -> None:
        self._metrics.queue_tokens.set(self._line.tokens)
        self._metrics.queue_candidates.set(self._line.candidates)
        self._metrics.cache_bytes.set(self._cache.bytes)
        self._metrics.cache_contexts.set(len(self._cache))
        self._changed.notify_all()

    # What follows runs in the engine's thread alone.

    def _run(self) -> None:
        if self._threads > 0:
            torch.set_num_threads(self._threads)
        try:
            while self._step():
                pass
        except Exception:
            # A mistake of this module: better ended and started anew than silent.
            print(traceback.format_exc(), file=sys.stderr, flush=True)
            self.failed.set()
        with self._changed:
            self._stopping = True
            for future in self._line.end_all():
                settle(future, stopping())

    def _step(self) -> bool:
        """One forward over candidates and one over a context; False at the end."""
        with self._changed:
            while not (self._line or self._stopping or self.failed.is_set()):
                self._changed.wait()
            if self.failed.is_set() or not self._line:
                return False
            batch = self._line.take(self.limits.batch_tokens)
        if batch:
            self._score(batch)
        with self._changed:
            filling = self._next_filling()
        if filling is not None:
            self._fill(filling)
        return True

    def _next_filling(self) -> Filling | None:
        """The oldest context that is to be read and has its memory. With the lock held."""
        while self._line.fillings:
            filling = next(iter(self._line.fillings.values()))
            if not filling.wanted:
                self._end_filling(filling)
                continue
            if filling.prefix is None:
                try:
                    filling.prefix = self._make_prefix(filling)
                except Exception as error:
                    self._end_filling(filling, self._as_error(error))
                    continue
            if filling.prefix is None:
                return None
            if filling.left > 0:
                return filling
            self._end_filling(filling)
        return None

    def _make_prefix(self, filling: Filling) -> Prefix | None:
        """None while candidates that are ready hold the memory."""
        reuse = filling.score_from - 1 if filling.score_from is not None else filling.length
        wanted = (filling.key, filling.ids, filling.length, reuse)
        try:
            prefix = self._cache.make(*wanted)
        except Exception as error:
            if not is_out_of_memory(error) or self._free_memory() == 0:
                raise
            prefix = self._cache.make(*wanted)
        if prefix is not None:
            prefix.pins += 1
            self._line.recount(filling, filling.length - prefix.done)
            self._metrics.reused.inc(prefix.done)
        return prefix

    def _fill(self, filling: Filling) -> None:
        prefix = filling.prefix
        assert prefix is not None
        count = min(self.limits.chunk_tokens, filling.left)
        began = time.perf_counter()
        try:
            part = self._retrying(lambda: self._model.fill(prefix, count, filling.score_from))
        except Exception as error:
            told = self._as_error(error)
            with self._changed:
                self._end_filling(filling, told)
            return
        kind = "context" if filling.score_from is None else "whole"
        self._measure(kind, count, time.perf_counter() - began)
        if part is not None:
            filling.parts.append(part)
            self._metrics.scored.inc(len(part.logprobs))
        with self._changed:
            self._line.recount(filling, filling.left)
            if filling.left == 0:
                self._end_filling(filling)

    def _end_filling(self, filling: Filling, error: ScorerError | None = None) -> None:
        """Complete, failed or wanted by nobody. With the lock held."""
        self._line.fillings.pop(filling.key, None)
        self._line.recount(filling, 0)
        prefix = filling.prefix
        complete = prefix is not None and filling.left == 0 and error is None
        if prefix is not None:
            prefix.pins -= 1
            if not complete or filling.whole is not None:
                self._cache.drop(prefix)
        if filling.whole is not None:
            settle(filling.whole, join(filling.parts) if complete else error or stopping())
        for job in filling.jobs:
            if complete:
                self._make_ready(job, prefix)
            else:
                self._line.discount(job)
                settle(job.future, error or stopping())
        self._note()

    def _score(self, batch: list[Job]) -> None:
        running = [job for job in batch if job.future.set_running_or_notify_cancel()]
        ends = self._compute(running) if running else []
        with self._changed:
            for job in batch:
                self._line.discount(job)
                if job.prefix is not None:
                    job.prefix.pins -= 1
            self._note()
        for job, end in zip(running, ends, strict=True):
            settle(job.future, end)

    def _compute(self, jobs: list[Job]) -> list[Scored | ScorerError]:
        began = time.perf_counter()
        pieces = [job.piece for job in jobs]
        best = any(job.best for job in jobs)
        try:
            scored = self._retrying(lambda: self._model.score(pieces, best=best))
        except Exception as error:
            if is_out_of_memory(error) and len(jobs) > 1:
                middle = len(jobs) // 2
                return [*self._compute(jobs[:middle]), *self._compute(jobs[middle:])]
            return [self._as_error(error)] * len(jobs)
        self._measure("candidate", sum(len(job.ids) for job in jobs), time.perf_counter() - began)
        self._metrics.scored.inc(sum(len(job.targets) for job in jobs))
        return list(scored)

    def _retrying(self, compute: Callable[[], Result]) -> Result:
        """Once more after contexts that nobody needs have given their memory back."""
        try:
            return compute()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        with self._changed:
            self._free_memory()
        return compute()

    def _free_memory(self) -> int:
        dropped = self._cache.drop_unpinned()
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()
        return dropped

    def _as_error(self, error: Exception) -> ScorerError:
        if is_out_of_memory(error):
            return out_of_memory()
        print("".join(traceback.format_exception(error)), file=sys.stderr, flush=True)
        try:
            # A GPU that has failed once may compute nothing more until the process ends.
            check_scoring(self._model)
        except Exception:
            self.failed.set()
        return ScorerError("INTERNAL", f"a forward failed ({type(error).__name__}); see the log")

    def _measure(self, kind: str, tokens: int, seconds: float) -> None:
        self._line.measure(tokens, seconds)
        self._metrics.tokens.labels(kind).inc(tokens)
        self._metrics.step_seconds.labels(kind).observe(seconds)
        self._metrics.tokens_per_second.set(self._line.tokens_per_second)
        self._metrics.evictions.inc(self._cache.evictions)
        self._cache.evictions = 0
