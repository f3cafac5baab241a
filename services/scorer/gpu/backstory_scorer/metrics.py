"""What the service counts, in the form of Prometheus. Every name is here, with its unit."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

PREFIX = "backstory_scorer"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The counters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        count = self._counter
        self.requests = count("requests", "answered requests", "route", "status")
        self.candidates = count(
            "candidates", "candidates by outcome: ok or the error's code", "outcome"
        )
        self.tokens = count(
            "tokens", "tokens read by a forward: context, candidate or whole prompt", "kind"
        )
        self.scored = count("scored_tokens", "tokens whose probability was computed")
        self.contexts = count(
            "contexts", "contexts asked for: hit, joined (being read) or miss", "outcome"
        )
        self.reused = count("reused_tokens", "tokens of contexts that were not read again")
        self.evictions = count("evictions", "contexts that gave way to others")
        self.step_seconds = self._histogram("step_seconds", "one forward, by kind", "kind")
        self.request_seconds = self._histogram("request_seconds", "one request, by route", "route")
        gauge = self._gauge
        self.queue_tokens = gauge("queue_tokens", "tokens that wait for a forward")
        self.queue_candidates = gauge("queue_candidates", "candidates that wait for a forward")
        self.cache_bytes = gauge("cache_bytes", "bytes of keys and values of contexts")
        self.cache_contexts = gauge("cache_contexts", "contexts that are kept")
        self.memory_bytes = gauge("memory_bytes", "memory of the GPU in use, or of the process")
        self.tokens_per_second = gauge("tokens_per_second", "of the last steps, smoothed")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", text, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", text, labels, registry=self.registry, buckets=SECONDS)

    def text(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self.registry)
