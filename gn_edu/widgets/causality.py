"""*Who hears the last word?*: six tokens, normalized one at a time or over time."""

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles

TOKENS, MOST = 6, 6
TIPS = (0.5, 2.0, -1.0, 0.0, 0.5, 1.5)


class Causality(Widget):
    """Shows six tokens of four made-up numbers before and after a group norm with one group.

    Args:
        tips: the second number of each token, from -6 to 6. The others stay.
        over: "token" (one mean and variance a token: m = 4) or "time" (one for all six: m = 24); eps = 1e-5 (Wu and He,
            2018, Eq. 1 to 3).
    """

    _esm = module("causality")
    _css = styles("causality")
    tips = t.List(t.Float(min=-MOST, max=MOST), minlen=TOKENS, maxlen=TOKENS).tag(sync=True)
    over = t.Enum(["time", "token"], "time").tag(sync=True)

    def __init__(self, tips=TIPS, **traits):
        super().__init__(tips=[float(tip) for tip in tips], **traits)

    def describe(self) -> str:
        return f"Causality: second numbers {self.tips}, statistics over {self.over}"
