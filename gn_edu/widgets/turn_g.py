"""Turn G in a trained network: which of twenty pictures it still names right, and how many of 10,000."""

from functools import cache

import traitlets as t

from gn_edu.records import measured
from gn_edu.widgets.base import Widget, module, styles
from gn_edu.widgets.neighbours import album, networks

GROUPS = (1, 2, 4, 8, 16)


@cache
def turned() -> dict:
    """What the landing page's network with group norm says at each G (scripts/record_turn_g.py)."""
    record = measured("turn_g")
    return {**{key: record[key] for key in ("trained", "channels", "runs")}, "tested": record["pictures"]}


class TurnG(Widget):
    """The landing page's network, trained with G = 8, with another G in all of its layers and the same weights.

    Recorded in float64 (scripts/record_turn_g.py): the class that each of the page's 20 pictures is given, and how
    many of CIFAR-10's 10,000 test pictures are named right.

    Args:
        groups: G, one of 1, 2, 4, 8 and 16. Of the layers, the narrowest has 16 channels, the widest 64.
    """

    _esm = module("turn_g")
    _css = styles("turn_g")
    album = t.Dict().tag(sync=True)
    record = t.Dict().tag(sync=True)
    groups = t.Enum(list(GROUPS), 8).tag(sync=True)

    def __init__(self, groups=8, name="turn", **traits):
        super().__init__(album=album(), record=turned(), groups=groups, name=name, **traits)

    def describe(self) -> str:
        (run,) = (run for run in turned()["runs"] if run["groups"] == self.groups)
        labels = [picture["label"] for picture in networks()["pictures"]]
        right = sum(named == label for named, label in zip(run["named"], labels, strict=True))
        return (
            f"TurnG: trained with G = {turned()['trained']}, tested with G = {self.groups}: {right} of {len(labels)} "
            f"pictures right, {run['right']} of {turned()['tested']} test pictures"
        )
