"""*Tile seams*: one map, normalized whole or in two tiles with statistics of their own."""

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles

COLUMNS, LEAST = 40, 4


class TileSeams(Widget):
    """Shows one group (2 channels of 24 x 40 pixels) normalized with the statistics of the whole or of two tiles.

    Args:
        border: columns in the left tile, 4 to 36.
        statistics: "own" (each tile its own), "whole", or "mean" (the mean of both tiles' statistics).
    """

    _esm = module("tile_seams")
    _css = styles("tile_seams")
    border = t.Int(20, min=LEAST, max=COLUMNS - LEAST).tag(sync=True)
    statistics = t.Enum(["whole", "own", "mean"], "own").tag(sync=True)

    def __init__(self, border=20, **traits):
        super().__init__(border=border, **traits)

    def describe(self) -> str:
        return f"TileSeams: {self.border} columns in the left tile, statistics: {self.statistics}"
