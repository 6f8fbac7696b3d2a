"""All pairs of the landing page's pictures: who in a batch of two makes batch norm say a wrong name."""

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles
from gn_edu.widgets.neighbours import album, networks, recorded_pairs


class PairMatrix(Widget):
    """What two trained networks say about each of 20 pictures (row) beside each as its only companion (column).

    Recorded in float64 from the networks of the landing page, batch norm in training mode
    (scripts/record_pairs.py). On the diagonal the companion is an exact copy: batch norm's statistics are then those
    of the one picture, which is instance norm.

    Args:
        row: the picture asked about, 0 to 19.
        column: its companion, 0 to 19.
        twins: outlines the pairs of two pictures of one class.
    """

    _esm = module("pair_matrix")
    _css = styles("pair_matrix")
    album = t.Dict().tag(sync=True)
    pairs = t.Dict().tag(sync=True)
    row = t.Int(1, min=0, max=19).tag(sync=True)
    column = t.Int(18, min=0, max=19).tag(sync=True)
    twins = t.Bool(False).tag(sync=True)

    def __init__(self, **traits):
        super().__init__(album=album(), pairs=recorded_pairs(), **traits)

    def describe(self) -> str:
        asked, companion = (
            f"picture {i} ({networks()['classes'][networks()['pictures'][i]['label']]})"
            for i in (self.row, self.column)
        )
        return f"PairMatrix: {asked} beside {companion}{', twins outlined' if self.twins else ''}"
