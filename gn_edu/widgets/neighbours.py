"""W0, "who else is in the batch?": two trained networks answer for one picture while its companions change."""

import json
from functools import cache
from pathlib import Path

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles


@cache
def networks() -> dict:
    """Classes, pictures and rounded weights, as scripts/pack_neighbours.py packed them."""
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


class Neighbours(Widget):
    """Two small networks, one with batch and one with group norm, answer for picture number `picture`.

    Args:
        picture: which of the 20 pictures stays.
        batch: how many pictures are in the batch: 2, 4 or 8.
        draw: which draw of companions, from 0.
        evaluation: batch norm uses its stored statistics.
    """

    _esm = module("neighbours")
    _css = styles("neighbours")
    data = t.Dict().tag(sync=True)
    picture = t.Int(1, min=0).tag(sync=True)
    batch = t.Enum([2, 4, 8], 2).tag(sync=True)
    draw = t.Int(0, min=0).tag(sync=True)
    evaluation = t.Bool(False).tag(sync=True)

    def __init__(self, **traits):
        super().__init__(data=networks(), **traits)

    @t.validate("picture")
    def _known(self, proposal):
        if proposal["value"] >= len(networks()["pictures"]):
            raise t.TraitError(f"picture must be below {len(networks()['pictures'])}, got {proposal['value']}")
        return proposal["value"]

    def describe(self) -> str:
        classes, pictures = networks()["classes"], networks()["pictures"]
        label = classes[pictures[self.picture]["label"]]
        mode = "evaluation" if self.evaluation else "training"
        return f"Neighbours: picture {self.picture} ({label}) in a batch of {self.batch}, draw {self.draw}, {mode} mode"
