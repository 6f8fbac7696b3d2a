"""W2, "what does Batch Norm borrow?": one image of a batch stays, its companions are drawn anew."""

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles


class BatchNoise(Widget):
    """Shows what Batch Norm and Group Norm make of one image while its companions change.

    All batches come from a population of 256 images of 2 channels and 32 pixels each, made by a documented generator
    (mulberry32, twelve uniform numbers a value), so that every number can be computed again in any language.

    Args:
        batch: images in the batch: 1, 2, 4, 8, 16, 32 or 64.
        correlation: of two pixels of one channel of one image, 0 to 1.
        mode: "training" (statistics of this batch) or "evaluation" (running statistics gathered at this batch size).
        draw: which companions, 0 to 199.
    """

    _esm = module("batch_noise")
    _css = styles("batch_noise")
    batch = t.Enum([1, 2, 4, 8, 16, 32, 64], 2).tag(sync=True)
    correlation = t.Float(0.3, min=0, max=1).tag(sync=True)
    mode = t.Enum(["training", "evaluation"], "training").tag(sync=True)
    draw = t.Int(0, min=0, max=199).tag(sync=True)

    def __init__(self, batch=2, **traits):
        super().__init__(batch=batch, **traits)

    def describe(self) -> str:
        return f"BatchNoise: batch {self.batch}, correlation {self.correlation:g}, {self.mode}, draw {self.draw}"
