"""W3, "what survives of a channel?": levels and spreads of eight channels before and after a norm."""

from statistics import NormalDist

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles

CHANNELS, VALUES = 8, 256


class WhatSurvives(Widget):
    """Shows eight channels before a norm, after it, and the share of each that a ReLU lets through.

    A channel holds 256 fixed quantiles of the standard normal distribution, times its spread, plus its mean.

    Args:
        means, spreads, beta: eight numbers each; beta is the layer's bias.
        norm: "batch", or the number of groups as text: "1" (LayerNorm), "2", "4", "8" (InstanceNorm).
        centred: filters with sum 0, as weight standardization makes them: no channel keeps its mean.
        selected: the channel that the controls change, from 0.
    """

    _esm = module("what_survives")
    _css = styles("what_survives")
    quantiles = t.List(t.Float()).tag(sync=True)
    means = t.List(t.Float(), minlen=CHANNELS, maxlen=CHANNELS).tag(sync=True)
    spreads = t.List(t.Float(), minlen=CHANNELS, maxlen=CHANNELS).tag(sync=True)
    beta = t.List(t.Float(), minlen=CHANNELS, maxlen=CHANNELS).tag(sync=True)
    order = t.List(t.Int(), list(range(CHANNELS))).tag(sync=True)
    norm = t.Enum(["batch", "1", "2", "4", "8"], "4").tag(sync=True)
    centred = t.Bool(False).tag(sync=True)
    selected = t.Int(3, min=0, max=CHANNELS - 1).tag(sync=True)

    def __init__(self, means=(0, 0, 0, -8, 0, 0, 0, 0), spreads=(1,) * CHANNELS, beta=(0,) * CHANNELS, **traits):
        lists = {"means": means, "spreads": spreads, "beta": beta}
        for name, values in lists.items():
            if len(values) != CHANNELS:
                raise ValueError(f"{name} must hold {CHANNELS} numbers, one a channel, got {len(values)}")
        if min(spreads) <= 0:
            raise ValueError(f"a spread must be above 0, got {min(spreads)}")
        quantiles = [round(NormalDist().inv_cdf((k + 0.5) / VALUES), 6) for k in range(VALUES)]
        super().__init__(quantiles=quantiles, **{k: [float(v) for v in vs] for k, vs in lists.items()}, **traits)

    def describe(self) -> str:
        norm = "batch norm" if self.norm == "batch" else f"G = {self.norm}"
        return f"WhatSurvives: {norm}, means {self.means}, spreads {self.spreads}, beta {self.beta}"
