"""W0, "who else is in the batch?": two trained networks answer for one picture while its companions change."""

import json
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"  # a letter for each of 0 to 63
PAIRS = Path(__file__).with_name("neighbours_pairs.json")


@dataclass(frozen=True)
class Answer:
    """What a network says: the class `top` that it names, and the probability of each class in whole per cent."""

    top: int
    percent: tuple[int, ...]


@dataclass(frozen=True)
class Pairs:
    """The recorded answers for the 20 pictures.

    batch_norm[i][j]: training mode, picture i with picture j as only companion; batch_norm[i][i]: with an exact copy.
    batch_norm_evaluation[i], group_norm[i]: they depend on no companion.
    """

    batch_norm: list[list[Answer]]
    batch_norm_evaluation: list[Answer]
    group_norm: list[Answer]


def _answers(text: str) -> list[Answer]:
    """Answers as scripts/record_pairs.py writes them."""
    found = []
    for answer in text.split(","):
        percent = tuple(int(number.rstrip("*")) for number in answer.split())
        starred = answer[: answer.find("*")].count(" ") if "*" in answer else None
        found.append(Answer(percent.index(max(percent)) if starred is None else starred, percent))
    return found


@cache
def recorded_pairs() -> dict:
    """The record of pairs as a page holds it: texts, which `pairs` and src/shared/pairs.js read."""
    return json.loads(PAIRS.read_text(encoding="utf-8"))


@cache
def pairs() -> Pairs:
    """What the two networks say for every pair of pictures, as scripts/record_pairs.py recorded it."""
    record = recorded_pairs()
    return Pairs(
        batch_norm=[_answers(line) for line in record["batch_norm"]],
        batch_norm_evaluation=_answers(record["batch_norm_evaluation"]),
        group_norm=_answers(record["group_norm"]),
    )


@cache
def networks() -> dict:
    """Classes, pictures and rounded weights, as scripts/pack_neighbours.py packed them."""
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


@cache
def album() -> dict:
    """The pictures and the names of their classes: one value for the widgets of a page, which then holds it once."""
    return {key: networks()[key] for key in ("classes", "pictures")}


class Neighbours(Widget):
    """Two small networks, one with batch and one with group norm, answer for picture number `picture`.

    Args:
        picture: which of the 20 pictures stays.
        neighbour: which picture is its only companion in a batch of 2; None for the one with which batch norm gives
            the right class the most, or, with `modes`, the least.
        batch: how many pictures are in the batch: 2, 4 or 8.
        draw: which draw of companions, from 0, in a batch of 4 or 8.
        modes: offer evaluation mode, and neither other pictures nor other sizes of the batch.
        evaluation: batch norm uses its stored statistics.

    The networks' weights, `nets`, are what a page loads late, when an answer is asked for that the record of pairs in
    `data` does not hold.
    """

    _esm = module("neighbours")
    _css = styles("neighbours")
    _late = t.List(["nets"]).tag(sync=True)
    data = t.Dict().tag(sync=True)
    nets = t.Dict().tag(sync=True)
    picture = t.Int(1, min=0).tag(sync=True)
    neighbour = t.Int(None, min=0, allow_none=True).tag(sync=True)
    batch = t.Enum([2, 4, 8], 2).tag(sync=True)
    draw = t.Int(0, min=0).tag(sync=True)
    modes = t.Bool(False).tag(sync=True)
    evaluation = t.Bool(False).tag(sync=True)

    def __init__(self, **traits):
        known = networks()
        data = {"classes": known["classes"], "pictures": known["pictures"], "pairs": recorded_pairs()}
        super().__init__(data=data, nets=known["nets"], **traits)
        if self.neighbour == self.picture:
            raise t.TraitError(f"neighbour must be another picture than {self.picture}, which stays")

    @t.validate("picture", "neighbour")
    def _known(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        if value is not None and value >= len(networks()["pictures"]):
            raise t.TraitError(f"{name} must be below {len(networks()['pictures'])}, got {value}")
        return value

    def describe(self) -> str:
        classes, pictures = networks()["classes"], networks()["pictures"]
        label = classes[pictures[self.picture]["label"]]
        mode = "evaluation" if self.evaluation else "training"
        return f"Neighbours: picture {self.picture} ({label}) in a batch of {self.batch}, draw {self.draw}, {mode} mode"
