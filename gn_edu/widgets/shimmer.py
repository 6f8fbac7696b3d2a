"""A real feature map that shimmers: the same convolution after batch norm and after group norm."""

from functools import cache

import traitlets as t

from gn_edu.widgets.base import Widget, module, styles
from gn_edu.widgets.neighbours import album, networks


@cache
def first_convolution() -> dict:
    """What the first convolution of the landing page's network with batch norm needs."""
    stored = networks()["nets"]["bn"]
    block = {key: stored["blocks"][0][key] for key in ("out", "stride", "weights", "scale")}
    pixel = {key: stored[key] for key in ("pixel_mean", "pixel_std")}
    return {"block": block, **pixel}


class Shimmer(Widget):
    """One map of a trained network's first convolution, after batch norm and after group norm, as companions change.

    Both norms read the same maps, 16 channels of 16 x 16 values an image, without gamma and beta, eps = 1e-5. Batch
    norm takes a map's mean and variance over the batch, group norm over two adjacent maps of the one image (8 groups;
    Wu and He, 2018, Eq. 3, 4 and 7). Grey stands for -2.5 (black) to 2.5 (white) in every draw.

    Args:
        batch: images in the batch, 2 to 8.
        draw: which draw of companions, 0 to 199; the dots are the draws from 0 to this one.
        pixel: the marked value of the map, 16 * row + column.
        picture: which of the 20 pictures stays.
        channel: which of the 16 maps is shown.
    """

    _esm = module("shimmer")
    _css = styles("shimmer")
    album = t.Dict().tag(sync=True)
    convolution = t.Dict().tag(sync=True)
    batch = t.Int(2, min=2, max=8).tag(sync=True)
    draw = t.Int(0, min=0, max=199).tag(sync=True)
    pixel = t.Int(87, min=0, max=255).tag(sync=True)
    picture = t.Int(7, min=0, max=19).tag(sync=True)
    channel = t.Int(7, min=0, max=15).tag(sync=True)

    def __init__(self, batch=2, **traits):
        super().__init__(album=album(), convolution=first_convolution(), batch=batch, **traits)

    def describe(self) -> str:
        label = networks()["classes"][networks()["pictures"][self.picture]["label"]]
        where = f"row {self.pixel // 16}, column {self.pixel % 16}"
        return (
            f"Shimmer: picture {self.picture} ({label}) in a batch of {self.batch}, draw {self.draw}, "
            f"channel {self.channel}, {where}"
        )
