"""*Tile seams*: one photograph, normalized whole or in two tiles with statistics of their own."""

import json
from functools import cache
from pathlib import Path

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles

COLUMNS, LEAST = 320, 32


@cache
def photograph() -> dict:
    """The photograph as WebP in base64, and sums over each of its columns, as scripts/pack_photo.py packed them."""
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


class TileSeams(Widget):
    """Shows a photograph, cut in two tiles, after a group norm with the statistics of the tiles or of the whole.

    Its three colours are one group (G = 1; Wu and He, 2018, Eq. 3 and 7): a tile's mean and standard deviation are
    taken over 3 channels, 192 rows and the tile's columns, of values from 0 to 1, with eps = 1e-5. To be seen, the
    output is drawn times the standard deviation of the whole plus its mean: with the statistics of the whole that is
    the photograph itself.

    Args:
        border: columns in the left tile, 32 to 288 of 320.
        statistics: "own" (each tile its own), "whole", or "mean" (the mean of both tiles' statistics).
    """

    _esm = module("tile_seams")
    _css = styles("tile_seams")
    photo = t.Dict().tag(sync=True)
    border = t.Int(200, min=LEAST, max=COLUMNS - LEAST).tag(sync=True)
    statistics = t.Enum(["whole", "own", "mean"], "own").tag(sync=True)

    def __init__(self, border=200, **traits):
        super().__init__(photo=photograph(), border=border, **traits)

    def describe(self) -> str:
        return f"TileSeams: {self.border} columns in the left tile, statistics: {self.statistics}"
