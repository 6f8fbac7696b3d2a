"""W, "where does each value lie?": a tensor, its memory, and the rows of reshape(N, G, -1)."""

import math

import torch
import traitlets as t

from gn_edu.refusals import check_groups
from gn_edu.widgets.base import Widget, module, styles


class ReshapeMicroscope(Widget):
    """Follows one value of a tensor (n, c, h, w) into memory and into the rows of its groups.

    Args:
        shape: (n, c, h, w), at most 128 values.
        groups: must divide c.
        memory_format: "contiguous" or "channels_last".
        cut: "reshape" cuts the logical order, as torch does; "memory" cuts the memory itself.
        focus: the flat index, in logical order, of the value to follow.
    """

    _esm = module("reshape_microscope")
    _css = styles("reshape_microscope")
    shape = t.List(t.Int(min=1), minlen=4, maxlen=4).tag(sync=True)
    groups = t.Int(2, min=1).tag(sync=True)
    memory_format = t.Enum(["contiguous", "channels_last"], "contiguous").tag(sync=True)
    cut = t.Enum(["reshape", "memory"], "reshape").tag(sync=True)
    focus = t.Int(0, min=0).tag(sync=True)

    def __init__(self, shape=(2, 4, 1, 2), **traits):
        if len(shape) != 4 or not 0 < math.prod(shape) <= 128:
            raise ValueError(f"shape must be (n, c, h, w) with 1 to 128 values, got {tuple(shape)}")
        check_groups(traits.get("groups", 2), shape[1])
        super().__init__(shape=list(shape), **traits)

    def describe(self) -> str:
        x = torch.arange(math.prod(self.shape)).view(self.shape)
        if self.memory_format == "channels_last":
            x = x.contiguous(memory_format=torch.channels_last)
        index = tuple(int(part) for part in torch.unravel_index(torch.tensor(self.focus), self.shape))
        address = sum(part * stride for part, stride in zip(index, x.stride(), strict=True))
        return (
            f"ReshapeMicroscope: {tuple(self.shape)} in {self.groups} groups, {self.memory_format}; "
            f"value {self.focus} has the index {index} and lies at address {address}"
        )
