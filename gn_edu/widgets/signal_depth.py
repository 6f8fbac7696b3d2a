"""*Signal through depth*: a random network, forward and backward, with and without a norm."""

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles


class SignalDepth(Widget):
    """Shows the size of values and gradients in every layer of a random network of width 64, for 8 samples.

    Args:
        gain: the weights of a layer are normal with standard deviation gain / sqrt(64); 0.6 to 2.4.
        depth: 10, 20 or 30 layers.
        activation: "relu", "tanh" or "none".
        norm: "none", or "group": Group Norm with one group before every nonlinearity.
    """

    _esm = module("signal_depth")
    _css = styles("signal_depth")
    gain = t.Float(1.0, min=0.6, max=2.4).tag(sync=True)
    depth = t.Enum([10, 20, 30], 30).tag(sync=True)
    activation = t.Enum(["relu", "tanh", "none"], "relu").tag(sync=True)
    norm = t.Enum(["none", "group"], "none").tag(sync=True)

    def __init__(self, gain=1.0, **traits):
        super().__init__(gain=gain, **traits)

    def describe(self) -> str:
        return f"SignalDepth: gain {self.gain:g}, {self.depth} layers, {self.activation}, norm {self.norm}"
