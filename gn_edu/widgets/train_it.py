"""W1, "train it yourself": a small network with batch and with group norm, trained in the page on a spiral."""

import traitlets as t

from gn_edu.records import measured
from gn_edu.widgets.base import Widget, module, styles

OVERS = (32, 16, 8, 4, 2)
FIRST_GUESS, MOST = 25, 60  # % of the test points
QUESTIONS = ("training", "first", "two", "equal", "rate", "longer", "anew", "deep", "none")


class TrainIt(Widget):
    """Trains 2-32-32-2 with batch norm and with group norm (four channels a group) on 400 points of two spiral arms.

    Both start from the same weights and see the same 32 points at each of 800 updates. One setting changes.

    Args:
        over: over how many of the 32 points batch norm averages: 32, 16, 8, 4 or 2.
        seed: of the weights and the draws, 1 to 999.
        guesses: where batch norm will land, in % of test points wrong, for 32, 16, 8, 4 and 2.
        asked: which objection is answered under "Unfair?", one of QUESTIONS; empty: the fold is closed.
    """

    _esm = module("train_it")
    _css = styles("train_it")
    recorded = t.List(t.Dict()).tag(sync=True)
    over = t.Enum(list(OVERS), 4).tag(sync=True)
    seed = t.Int(1, min=1, max=999).tag(sync=True)
    guesses = t.List(t.Float(), minlen=len(OVERS), maxlen=len(OVERS)).tag(sync=True)
    asked = t.Enum(["", *QUESTIONS], "").tag(sync=True)

    def __init__(self, **traits):
        runs = [{key: value for key, value in run.items() if key != "torch"} for run in measured("spiral")["runs"]]
        super().__init__(recorded=runs, **traits)

    @t.default("guesses")
    def _in_the_middle(self):
        return [FIRST_GUESS] * len(OVERS)

    @t.validate("guesses")
    def _errors(self, proposal):
        if not all(0 <= guess <= MOST for guess in proposal["value"]):
            raise t.TraitError(f"guesses must be from 0 to {MOST} %, got {proposal['value']}")
        return proposal["value"]

    def describe(self) -> str:
        return f"TrainIt: Batch Norm over {self.over} of 32 points, Group Norm over 4 channels, seed {self.seed}"
