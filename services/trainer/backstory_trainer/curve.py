"""The loss curve as an SVG picture, drawn from the metrics of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from backstory_trainer.kinds import KINDS

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 420, 60, 40, 40
COLOURS = {"loss": "#222222", "think": "#7b3fb5", "write": "#1f77b4", "read": "#2a9d5c"}


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a metrics file; a line that a killed process tore is left out."""
    lines = []
    for text in path.read_text("utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return lines


def draw(metrics: list[dict[str, Any]], title: str) -> str:
    """One line for the loss and one for each kind of segment."""
    series = {
        name: [(each["step"], each[key]) for each in metrics if each.get(key) is not None]
        for name, key in {"loss": "loss", **{kind: f"loss_{kind}" for kind in KINDS}}.items()
    }
    points = [point for line in series.values() for point in line]
    if not points:
        raise ValueError("no step was trained, so there is nothing to draw")
    steps, losses = zip(*points, strict=True)
    first, last = min(steps), max(max(steps), min(steps) + 1)
    low, high = 0.0, max(losses) * 1.05 or 1.0

    def place(step: float, loss: float) -> str:
        x = LEFT + (WIDTH - LEFT - 20) * (step - first) / (last - first)
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (loss - low) / (high - low)
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>',
    ]
    for part in range(6):
        loss = low + (high - low) * part / 5
        x, y = place(first, loss).split(",")
        parts.append(f'<text x="{LEFT - 8}" y="{y}" text-anchor="end">{loss:.2f}</text>')
        parts.append(f'<line x1="{x}" x2="{WIDTH - 20}" y1="{y}" y2="{y}" stroke="#e5e5e5"/>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 12}">step {first}</text>')
    parts.append(f'<text x="{WIDTH - 20}" y="{HEIGHT - 12}" text-anchor="end">{last}</text>')
    for number, (name, line) in enumerate(item for item in series.items() if item[1]):
        dots = " ".join(place(*point) for point in line)
        colour = COLOURS[name]
        parts.append(
            f'<polyline points="{dots}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        left = WIDTH - 330 + 80 * number
        parts.append(f'<text x="{left}" y="20" fill="{colour}">{name} {line[-1][1]:.3f}</text>')
    return "\n".join([*parts, "</svg>", ""])
