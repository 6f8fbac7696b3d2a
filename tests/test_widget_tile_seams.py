"""Tile seams: the map is the documented one, its output torch's; only common statistics close the seam."""

import math

import pytest
import torch
from browser import VIEW, number, run_module, shown
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.tile_seams import TileSeams

PAGE = "notebooks/ch07_groups.html"
STEM = "tile_seams"
W = f"[data-gn-widget={STEM}]"


def scene():
    def lamp(i, j):
        return 3 * math.exp(-((i - 8) ** 2 + (j - 31) ** 2) / 70)

    def channel(f):
        return [[f(i, j) for j in range(40)] for i in range(24)]

    one = channel(lambda i, j: 0.5 * math.sin(i / 2.5) * math.cos(j / 4) + lamp(i, j))
    two = channel(lambda i, j: 0.6 * math.cos((i + j) / 3) + 0.5 * lamp(i, j))
    return torch.tensor([[one, two]], dtype=torch.float64)


def by_torch(border, statistics):
    """The first channel's output and its mean step across the border."""
    x = scene()
    if statistics == "whole":
        y = F.group_norm(x, 1)
    else:
        tiles = (x[..., :border], x[..., border:])
        if statistics == "own":
            y = torch.cat([F.group_norm(tile, 1) for tile in tiles], dim=3)
        else:
            mean = sum(tile.mean() for tile in tiles) / 2
            var = sum(tile.var(correction=0) for tile in tiles) / 2
            y = (x - mean) / (var + 1e-5).sqrt()
    return y[0, 0], (y[0, 0, :, border] - y[0, 0, :, border - 1]).abs().mean()


@pytest.mark.parametrize("statistics", ["whole", "own", "mean"])
def test_outputs_are_torchs(statistics):
    asked = [{"border": border, "statistics": statistics} for border in range(4, 37, 4)]
    for case, got in zip(asked, run_module(module(STEM), VIEW, cases=asked), strict=True):
        y, step = by_torch(**case)
        torch.testing.assert_close(torch.tensor(got["y"], dtype=torch.float64).view(24, 40), y, rtol=0, atol=1e-10)
        assert got["numbers"]["step"] == pytest.approx(step.item(), abs=1e-10)
        assert got["numbers"]["step_whole"] == pytest.approx(by_torch(case["border"], "whole")[1].item(), abs=1e-10)


def test_tiles_of_their_own_leave_a_seam_and_common_statistics_do_not():
    asked = [{"border": 20, "statistics": s} for s in ("whole", "own", "mean")]
    whole, own, mean = (got["numbers"] for got in run_module(module(STEM), VIEW, cases=asked))
    assert own["step"] > 5 * whole["step"]
    assert mean["step"] < 2 * whole["step"]
    assert whole["largest"] == 0 and mean["largest"] > 0.1 and own["largest"] > 0.5


def test_python_side():
    assert repr(TileSeams(8)) == "TileSeams: 8 columns in the left tile, statistics: own"
    with pytest.raises(Exception, match="border"):
        TileSeams(1)


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert number(page, "step", STEM) == shown(by_torch(20, "own")[1].item())
    page.focus(f"{W} [data-gn-border]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert number(page, "step", STEM) == shown(by_torch(22, "own")[1].item())
    page.check(f"{W} [data-gn-statistics='mean']")
    step = shown(by_torch(22, "mean")[1].item())
    assert number(page, "step", STEM) == step and step in page.locator(f"{W} .gn-live-text").inner_text()
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert number(again, "step", STEM) == step
    page.click(f"{W} [data-gn-do=reset]")
    assert number(page, "step", STEM) == shown(by_torch(20, "own")[1].item())


@pytest.mark.parametrize("touch", [False, True])
def test_the_border_follows_the_hand(widget_page, touch):
    page = widget_page(PAGE, width=390 if touch else 1280, has_touch=touch)
    page.locator(f"{W} .gn-picture svg").scroll_into_view_if_needed()
    box = page.locator(f"{W} .gn-picture svg").bounding_box()

    def at(column):
        return box["x"] + box["width"] * (10 + 8 * column) / 340, box["y"] + box["height"] / 4

    if touch:
        page.touchscreen.tap(*at(30))
    else:
        page.mouse.move(*at(20))
        page.mouse.down()
        page.mouse.move(*at(27), steps=4)
        page.mouse.move(*at(30), steps=4)
        page.mouse.up()
        page.mouse.move(*at(12))  # let go: it stays
    assert number(page, "border", STEM) == "30"
    assert number(page, "step", STEM) == shown(by_torch(30, "own")[1].item())
