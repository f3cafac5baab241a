"""The loss curve as an SVG picture, drawn from the metrics of a run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from backstory_trainer.kinds import KINDS

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 420, 60, 40, 40
COLOURS = {"loss": "#222222", "think": "#7b3fb5", "write": "#1f77b4", "read": "#2a9d5c"}


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a metrics file; a line that a killed process tore is left out."""
    lines = []
    for text in path.read_text("utf-8", "replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("step"), int):
            lines.append(line)
    return lines


def draw(metrics: list[dict[str, Any]], title: str) -> str:
    """For the loss and each kind of segment: a faint line of all steps, and their running mean."""
    series = {
        name: [(each["step"], each[key]) for each in metrics if is_number(each.get(key))]
        for name, key in {"loss": "loss", **{kind: f"loss_{kind}" for kind in KINDS}}.items()
    }
    points = [point for line in series.values() for point in line]
    if not points:
        raise ValueError("no step was trained, so there is nothing to draw")
    steps, losses = zip(*points, strict=True)
    first, last = min(steps), max(max(steps), min(steps) + 1)
    ticks = ticks_up_to(max(losses))
    high = ticks[-1]

    def place(step: float, loss: float) -> str:
        x = LEFT + (WIDTH - LEFT - 20) * (step - first) / (last - first)
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * loss / high
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>',
        f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {HEIGHT / 2})">nats per trained token</text>',
    ]
    for tick in ticks:
        x, y = place(first, tick).split(",")
        parts.append(f'<text x="{LEFT - 8}" y="{float(y) + 4}" text-anchor="end">{tick:g}</text>')
        parts.append(f'<line x1="{x}" x2="{WIDTH - 20}" y1="{y}" y2="{y}" stroke="#e5e5e5"/>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 12}">step {first + 1}</text>')
    parts.append(f'<text x="{WIDTH - 20}" y="{HEIGHT - 12}" text-anchor="end">{last + 1}</text>')
    for number, (name, line) in enumerate(item for item in series.items() if item[1]):
        smooth = smoothed(line, max(1, len(line) // 10))
        for dots, looks in ((line, 'stroke-opacity="0.25"'), (smooth, 'stroke-width="2"')):
            drawn = " ".join(place(*point) for point in dots)
            parts.append(
                f'<polyline points="{drawn}" fill="none" stroke="{COLOURS[name]}" {looks}/>'
            )
        left = WIDTH - 330 + 80 * number
        named = f"{name} {smooth[-1][1]:.3f}"
        parts.append(f'<text x="{left}" y="20" fill="{COLOURS[name]}">{named}</text>')
    return "\n".join([*parts, "</svg>", ""])


def is_number(loss: float | None) -> bool:
    """A run that diverges has losses that no picture shows, and its model is still written."""
    return loss is not None and math.isfinite(loss)


def ticks_up_to(highest: float) -> list[float]:
    """0 and at most eight round numbers, the last of them at or above the highest value."""
    size = 10.0 ** math.floor(math.log10(max(highest, 1e-6)))
    step = next(size * part for part in (0.2, 0.5, 1, 2) if highest <= 8 * size * part)
    return [step * tick for tick in range(max(1, math.ceil(highest / step)) + 1)]


def smoothed(line: list[tuple[int, float]], width: int) -> list[tuple[int, float]]:
    """Each value as the mean of itself and of up to `width` - 1 before it."""
    means = []
    for at, (step, _) in enumerate(line):
        part = [loss for _, loss in line[max(0, at + 1 - width) : at + 1]]
        means.append((step, sum(part) / len(part)))
    return means
