"""A picture of the cells that share a mean with the first one: as the code does it, and as group norm does."""

import json
from html import escape
from pathlib import Path

from gn_edu.exercises.sets import set_labels
from gn_edu.exercises.wrong_norms import SETS
from gn_edu.messages import tr

SHAPE, GROUPS = (2, 4, 2, 2), 2
SIDE = 22
COLOURS = json.loads(Path(__file__).parents[1].joinpath("palette.json").read_text(encoding="utf-8"))["light"]


def _block(labels, left: int, title: str) -> str:
    """Two images, a column a channel, a row a pixel; the first cell and its set are filled."""
    parts = [f'<text x="{left}" y="14">{escape(title)}</text>']
    flat = labels.flatten(2)
    for n in range(SHAPE[0]):
        for c in range(SHAPE[1]):
            for p in range(SHAPE[2] * SHAPE[3]):
                x, y = left + n * (SHAPE[1] + 1) * SIDE + c * SIDE, 24 + p * SIDE
                inside = bool(flat[n, c, p] == flat[0, 0, 0])
                look = f'fill="{COLOURS["group"] if inside else "none"}"'
                parts.append(f'<rect x="{x}" y="{y}" width="{SIDE - 3}" height="{SIDE - 3}" stroke="#777" {look}/>')
    return "".join(parts)


def of_sets(name: str) -> str:
    """SVG for a mistake about sets that is made in one way, "" for any other."""
    ways = [knobs["sets"] for knobs in SETS.get(name, ()) if knobs["sets"] != "in memory"]
    if len(ways) != 1:
        return ""
    wide = 2 * (SHAPE[1] + 1) * SIDE
    said = escape(
        tr("Two images of four channels; filled are the cells that share a mean with the first: your code, group norm")
    )
    yours = _block(set_labels(SHAPE, GROUPS, *ways), 0, tr("your sets: the first cell and its partners"))
    right = _block(set_labels(SHAPE, GROUPS), wide + SIDE, tr("group norm"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" width="{2 * wide}" '
        f'height="{24 + SHAPE[2] * SHAPE[3] * SIDE}" font-family="sans-serif" font-size="13" fill="#777">'
        f"{yours}{right}</svg>"
    )
