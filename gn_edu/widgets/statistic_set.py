"""W1, "averaged with whom?": the cells of a tensor that share a mean and a variance."""

import math

import torch
import traitlets as t

from gn_edu.norms import normalize_over
from gn_edu.refusals import check_groups
from gn_edu.widgets.base import Widget, module, styles

# What `lit` may name: a symbol of the formula, or a condition in its set.
SYMBOLS = ("cell", "set", "count", "mean", "values", "sigma", "x_hat", "same_image", "same_channel", "same_group")
METHODS = {"batch": "batch norm", "layer": "layer norm", "instance": "instance norm", "group": "group norm"}


class StatisticSet(Widget):
    """Lights up the set S_i of one cell of x under batch, layer, instance or group norm (Wu and He 2018, Eq. 3-7).

    Args:
        x: a tensor (n, c, h, w) of at most 256 values.
        method: "batch", "layer", "instance" or "group".
        groups: for group norm; must divide c.
        focus: the flat index of the chosen cell.
        plain: words stand for the symbols; interleaved channels, γ and β are left out.
        formula: the formula stands over the block, and its symbols can be touched (Eq. 1-5 and 7).
        lit: the symbol that is touched, one of SYMBOLS, or "" for none: "cell" is x_i, "set" S_i, "count" m, "mean" μ_i
            "values" x_k, "sigma" σ_i, "x_hat" x̂_i, "same_image" k_N = i_N, "same_channel" k_C = i_C, "same_group" the
            condition of group norm. One that the current norm does not have lights up S_i.

    Moving a control in the widget sets the traits; setting a trait moves the widget.
    """

    _esm = module("statistic_set")
    _css = styles("statistic_set")
    values = t.List(t.Float()).tag(sync=True)
    shape = t.List(t.Int(min=1), minlen=4, maxlen=4).tag(sync=True)
    method = t.Enum(list(METHODS), "group").tag(sync=True)
    groups = t.Int(2, min=1).tag(sync=True)
    interleaved = t.Bool(False).tag(sync=True)
    focus = t.Int(0, min=0).tag(sync=True)
    eps = t.Float(1e-5).tag(sync=True)
    plain = t.Bool(False).tag(sync=True)
    formula = t.Bool(False).tag(sync=True)
    lit = t.Enum(["", *SYMBOLS], "").tag(sync=True)

    def __init__(self, x: torch.Tensor, **traits):
        if x.dim() != 4 or not 0 < x.numel() <= 256:
            raise ValueError(f"x must be (n, c, h, w) with 1 to 256 values, got shape {tuple(x.shape)}")
        super().__init__(values=x.double().flatten().tolist(), shape=list(x.shape), **traits)

    @t.validate("groups")
    def _divides(self, proposal):
        if self.shape:
            check_groups(proposal["value"], self.shape[1])
        return proposal["value"]

    @t.validate("focus")
    def _inside(self, proposal):
        if self.values and proposal["value"] >= len(self.values):
            raise t.TraitError(f"focus must be below {len(self.values)}, got {proposal['value']}")
        return proposal["value"]

    def members(self) -> list[int]:
        """Flat indices of the cells in the chosen cell's set."""
        n, c, h, w = self.shape
        index = torch.arange(math.prod(self.shape)).view(n, c, h * w)
        image, channel = divmod(self.focus // (h * w), c)
        group = torch.arange(c) % self.groups if self.interleaved else torch.arange(c) * self.groups // c
        chosen = {
            "batch": index[:, channel],
            "layer": index[image],
            "instance": index[image, channel],
            "group": index[image, group == group[channel]],
        }
        return chosen[self.method].flatten().tolist()

    def describe(self) -> str:
        values = torch.tensor(self.values, dtype=torch.float64)
        members = self.members()
        x_hat, mean, var = normalize_over(values[members], (0,), self.eps)
        groups = f" with {self.groups} groups" if self.method == "group" else ""
        return (
            f"StatisticSet: {METHODS[self.method]}{groups} averages {len(members)} of {len(values)} values: "
            f"mean {mean.item():.3f}, sigma {math.sqrt(var.item() + self.eps):.3f}; cell {self.focus} becomes "
            f"{x_hat[members.index(self.focus)].item():.3f}"
        )
