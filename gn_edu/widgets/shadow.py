"""*Shadow*: a photograph's histograms of directions under a shadow, with no norm, HOG's, group norm, a local one."""

import traitlets as t

from gn_edu.descriptors import packed
from gn_edu.widgets.base import Widget, module, styles

SIDE, CELLS = 64, 64


class Shadow(Widget):
    """Shows which numbers of a photograph's histograms a shadow moves.

    The photograph (gn_edu.descriptors.photograph, values from 0 to 255) has 8 x 8 cells, each with a histogram of 9
    directions (gn_edu.descriptors.cell_histograms). To group norm they are a map of 9 channels, one group
    (Wu and He, 2018, Eq. 7). A number `moved` is the root of the squared differences' sum over a part of the map,
    divided by that of the squares without a shadow.

    Args:
        edge: columns in the light, 0 to 64; the others are in the shade.
        light: what is left of the light there, 0.2 to 1.
        norm: "none"; "block" (gn_edu.descriptors.hog); "gn"; "local" (gn_edu.descriptors.local_group_norm, side 3).
        cell: whose histogram is shown, 0 to 63, row by row.
    """

    _esm = module("shadow")
    _css = styles("shadow")
    photo = t.Dict().tag(sync=True)
    edge = t.Int(28, min=0, max=SIDE).tag(sync=True)
    light = t.Float(0.4, min=0.2, max=1).tag(sync=True)
    norm = t.Enum(["none", "block", "gn", "local"], "none").tag(sync=True)
    cell = t.Int(25, min=0, max=CELLS - 1).tag(sync=True)

    def __init__(self, norm="none", **traits):
        super().__init__(photo=packed(), norm=norm, **traits)

    def describe(self) -> str:
        return f"Shadow: norm {self.norm}, {self.edge} of {SIDE} columns in the light, {self.light:.0%} of it elsewhere"
