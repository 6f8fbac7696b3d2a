"""The drawing of weight standardization: every bar is its weight, and the last panel is what the network applies."""

import re

import pytest
import torch

from gn_edu.nets import Conv3x3
from gn_edu.plots import standardized_filter

WEIGHT = torch.tensor([[1.5, 0.5, -0.5]] * 3)


def bars(drawing):
    """Of each panel, the signed height of the bars in a row, in units of the drawing; 0 where there is none."""
    found = {}
    for x, y, height in re.findall(r'<rect x="(\d+)" y="([\d.]+)" width="18" height="([\d.]+)"', drawing.svg):
        row, inside = divmod(float(y) - 28, 46)
        # A bar that begins at the cell's middle hangs from it.
        found[int(x), int(row)] = -float(height) if inside == 22 else float(height)
    return [
        [[found.get((15 + 192 * panel + 46 * column, row), 0.0) for column in range(3)] for row in range(3)]
        for panel in range(3)
    ]


def test_bars_are_the_weights_on_one_scale():
    conv = Conv3x3(1, 1, ws=True)
    conv.weight.data = WEIGHT.view(1, 1, 3, 3)
    applied = conv.standardized().detach().view(3, 3) * 3  # its variance is 1 / 9
    wanted = torch.stack([WEIGHT, WEIGHT - 0.5, applied]) * 20 / 1.5
    assert torch.allclose(torch.tensor(bars(standardized_filter(WEIGHT))), wanted, atol=0.06)


def test_it_says_mean_and_deviation_in_symbols():
    drawing = standardized_filter(WEIGHT)
    assert repr(drawing) == "w: μ = 0.5, σ = 0.8; w − μ: μ = 0.0, σ = 0.8; (w − μ) / σ: μ = 0.0, σ = 1.0"
    assert repr(drawing) in drawing.svg and drawing._repr_html_() == drawing.svg
    assert not re.search(r">[^<]*[A-Za-z]{2}", drawing.svg)


def test_what_has_no_picture_is_refused():
    with pytest.raises(ValueError, match=r"one filter on one channel; got \(1, 3, 3\)"):
        standardized_filter(WEIGHT[None])
    with pytest.raises(ValueError, match="standard deviation is 0"):
        standardized_filter(torch.ones(3, 3))
