"""*Count the bytes*: six steps of group norm and an activation over the memory that they read and write."""

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles

SHAPES = ((8, 64, 32, 32), (128, 64, 32, 32), (1, 128, 512, 512), (256, 64, 15, 15))
BANDWIDTHS = [10, 20, 50, 100, 200, 500, 1000, 2000, 4800]


def _text(shape) -> str:
    return "x".join(map(str, shape))


class Traffic(Widget):
    """Shows how often tensors of x's size go through memory, and what a fused seam saves.

    Args:
        shape: one of SHAPES. groups: how many groups its channels make.
        dtype: "float32" or "bfloat16". memory_format: "contiguous" or "channels_last". act: "silu", "relu" or "none".
        machine: "cores" (two, with a cache of 2 MB each) or "h200" (132 multiprocessors with 228 kB each).
        bandwidth: GB/s, one of BANDWIDTHS; the machine's own unless given.
        split: 1, 2, 4 or 8 blocks share a group.
        fused: a 1 for each closed seam, a 0 for each open one: mean | variance | - mean | ÷ σ | γ, β | activation.
    """

    _esm = module("traffic")
    _css = styles("traffic")
    shape = t.Enum([_text(shape) for shape in SHAPES], _text(SHAPES[0])).tag(sync=True)
    groups = t.Int(32, min=1).tag(sync=True)
    dtype = t.Enum(["float32", "bfloat16"], "float32").tag(sync=True)
    memory_format = t.Enum(["contiguous", "channels_last"], "contiguous").tag(sync=True)
    act = t.Enum(["silu", "relu", "none"], "silu").tag(sync=True)
    machine = t.Enum(["cores", "h200"], "cores").tag(sync=True)
    bandwidth = t.Enum(BANDWIDTHS, 10).tag(sync=True)
    split = t.Enum([1, 2, 4, 8], 1).tag(sync=True)
    fused = t.Unicode("00000").tag(sync=True)

    def __init__(self, shape=SHAPES[0], **traits):
        own = {"bandwidth": 4800} if traits.get("machine") == "h200" else {}
        super().__init__(shape=_text(shape), **own | traits)

    @t.validate("groups")
    def _divides(self, proposal):
        groups, channels = proposal["value"], int(self.shape.split("x")[1])
        if channels % groups:
            raise t.TraitError(f"groups: {groups} does not divide {channels} channels")
        return groups

    @t.validate("fused")
    def _five(self, proposal):
        fused = proposal["value"]
        if len(fused) != 5 or set(fused) - set("01"):
            raise t.TraitError(f"fused: five of 0 and 1, not {fused!r}")
        return fused

    def describe(self) -> str:
        return f"Traffic: {self.shape}, G = {self.groups}, {self.dtype}, {self.act}, fused {self.fused}, {self.machine}"
