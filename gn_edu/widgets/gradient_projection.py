"""W4, "what survives of a gradient?": the backward pass of one set as a projection."""

import math

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles


class GradientProjection(Widget):
    """Shows which parts of g, the gradient with respect to x_hat, reach x. With three values, in space.

    Args:
        x: the values of one set S_i, two or more.
        g: as many numbers: gamma times the gradient with respect to the output.
        eps, scale, turn: the layer's eps; a factor on x about its mean; for three values, an angle in radians.
    """

    _esm = module("gradient_projection")
    _css = styles("gradient_projection")
    x = t.List(t.Float()).tag(sync=True)
    g = t.List(t.Float()).tag(sync=True)
    eps = t.Float(0.0, min=0).tag(sync=True)
    scale = t.Float(1.0).tag(sync=True)
    turn = t.Float(0.0).tag(sync=True)

    def __init__(self, x, g, **traits):
        x, g = [float(v) for v in x], [float(v) for v in g]
        if not 2 <= len(x) <= 8 or len(g) != len(x):
            raise ValueError(f"x must hold 2 to 8 values and g as many, got {len(x)} and {len(g)}")
        super().__init__(x=x, g=g, **traits)

    def describe(self) -> str:
        m, mean = len(self.x), sum(self.x) / len(self.x)
        sigma = math.sqrt(sum((v - mean) ** 2 for v in self.x) / m * self.scale**2 + self.eps)
        return f"GradientProjection: m = {m}, sigma {sigma:.3f}, g = {self.g}"
