"""Tile seams: the sums are the photograph's, its output torch's; only common statistics close the seam."""

import base64

import numpy as np
import pytest
import torch
from browser import VIEW, number, run_module, shown
from hands import Hand
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.tile_seams import TileSeams, photograph
from scripts.pack_photo import column_sums, decoded
from scripts.paths import ROOT

PAGE = "notebooks/ch07_groups.html"
STEM = "tile_seams"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-grip=border]", "ArrowRight")
HAND = Hand(
    page=PAGE,
    name="photo",
    grip="[data-gn-grip=border]",
    by=(-60, 0),
    key="ArrowLeft",
    shows=".photo",
    at=(0.15, 0.5),  # its words stand to the right
    point=(("[data-gn-statistics=whole]", (0, 0)),),
    reached="!/own/.test(w.querySelector('.gn-live-text').textContent)",
)
PIXELS = decoded(base64.b64decode(photograph()["webp"]))


def tensor():
    return torch.tensor(np.moveaxis(PIXELS, -1, 0)[None] / 255, dtype=torch.float64)


def by_torch(border, statistics):
    """The output of the group norm, (1, 3, 192, 320), and its step across the border."""
    x = tensor()
    tiles = (x[..., :border], x[..., border:])
    if statistics == "whole":
        y = F.group_norm(x, 1)
    elif statistics == "own":
        y = torch.cat([F.group_norm(tile, 1) for tile in tiles], dim=3)
    else:
        mean = sum(tile.mean() for tile in tiles) / 2
        var = sum(tile.var(correction=0) for tile in tiles) / 2
        y = (x - mean) / (var + 1e-5).sqrt()
    return y, (y[..., border] - y[..., border - 1]).square().mean().sqrt()


def ask(**state):
    return {"photo": photograph(), "border": 200, "statistics": "own", **state}


def view(*cases):
    return run_module(module(STEM), VIEW, cases=list(cases))


def test_the_photograph_and_its_sums_belong_together():
    assert PIXELS.shape == (192, 320, 3)
    assert column_sums(PIXELS) == {key: value for key, value in photograph().items() if key != "webp"}
    assert len(base64.b64decode(photograph()["webp"])) < 8_000


@pytest.mark.parametrize("statistics", ["whole", "own", "mean"])
def test_outputs_are_torchs(statistics):
    x = tensor()
    spread, middle = (x.var(correction=0) + 1e-5).sqrt(), x.mean()
    borders = [32, 77, 160, 200, 288]
    cases = view(*(ask(border=border, statistics=statistics) for border in borders))
    for border, got in zip(borders, cases, strict=True):
        y, step = by_torch(border, statistics)
        drawn = torch.cat(
            [
                line["slope"] * tile + line["intercept"]
                for line, tile in zip(got["drawn"], (x[..., :border], x[..., border:]), strict=True)
            ],
            dim=3,
        )
        torch.testing.assert_close(drawn, y * spread + middle, rtol=0, atol=1e-10)
        whole, step_whole = by_torch(border, "whole")
        numbers = got["numbers"]
        assert numbers["step"] == pytest.approx(step.item(), abs=1e-9)
        assert numbers["step_whole"] == pytest.approx(step_whole.item(), abs=1e-9)
        assert numbers["largest"] == pytest.approx((y - whole).abs().max().item(), abs=1e-9)
        assert numbers["times"] == pytest.approx((step / step_whole).item(), rel=1e-7)


def test_tiles_of_their_own_leave_a_seam_and_common_statistics_do_not():
    whole, own, mean = view(*(ask(statistics=s) for s in ("whole", "own", "mean")))
    assert own["numbers"]["times"] > 5
    assert 0.5 < mean["numbers"]["times"] < 1.5
    assert whole["numbers"]["largest"] == 0 and mean["numbers"]["largest"] > 0.1 and own["numbers"]["largest"] > 0.5
    assert whole["drawn"] == [{"slope": 1, "intercept": 0}] * 2  # the photograph itself


def test_python_side():
    assert repr(TileSeams(64)) == "TileSeams: 64 columns in the left tile, statistics: own"
    with pytest.raises(Exception, match="border"):
        TileSeams(1)


def seen(page):
    """The numbers over the two tiles."""
    return [number(page, f"{name}_{side}", STEM) for side in ("left", "right") for name in ("mean", "sigma")]


def moments(border):
    x = tensor()
    tiles = (x[..., :border], x[..., border:])
    return [shown(value.item(), 2) for tile in tiles for value in (tile.mean(), tile.std(correction=0))]


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert seen(page) == moments(200)
    page.focus(f"{W} [data-gn-grip=border]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    assert seen(page) == moments(182)
    page.check(f"{W} [data-gn-statistics='mean']")
    step, step_whole = by_torch(182, "mean")[1], by_torch(182, "whole")[1]
    times = shown((step / step_whole).item(), 1)
    assert f"{times} times" in page.locator(f"{W} .gn-live-text").inner_text()
    page.click(f"{W} summary")
    assert number(page, "step", STEM) == shown(step.item())
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    again.click(f"{W} summary")
    assert number(again, "step", STEM) == shown(step.item())
    page.click(f"{W} [data-gn-do=reset]")
    assert seen(page) == moments(200)


@pytest.mark.parametrize("touch", [False, True])
def test_the_border_follows_the_hand_anywhere_on_the_picture(widget_page, touch):
    page = widget_page(PAGE, width=390 if touch else 1280, has_touch=touch)
    page.locator(f"{W} .photo").scroll_into_view_if_needed()
    box = page.locator(f"{W} .photo").bounding_box()

    def at(column):
        return box["x"] + box["width"] * column / 320, box["y"] + box["height"] / 4

    if touch:
        page.touchscreen.tap(*at(96))
    else:
        page.mouse.move(*at(240))
        page.mouse.down()
        page.mouse.move(*at(160), steps=4)
        page.mouse.move(*at(96), steps=4)
        page.mouse.up()
        page.mouse.move(*at(60))  # let go: it stays
    border = int(page.locator(f"{W} [data-gn-grip=border]").get_attribute("aria-valuenow"))
    assert abs(border - 96) <= 1  # a pixel of the screen is more than a column
    assert seen(page) == moments(border)


def test_with_the_numbers_of_the_whole_the_picture_has_no_seam_and_with_its_own_it_has(widget_page):
    """What is drawn, as the screen shows it: in the sky, a narrow strip left of the border and one right of it."""
    page = widget_page(PAGE)

    def jump(statistics):
        page.check(f"{W} [data-gn-statistics='{statistics}']")
        page.locator(f"{W} .photo").scroll_into_view_if_needed()
        box = page.locator(f"{W} .photo").bounding_box()
        x, y = box["x"] + box["width"] * 200 / 320, box["y"] + box["height"] * 0.2
        clip = {"x": x - 6, "y": y, "width": 12, "height": 20}
        strip = decoded(page.screenshot(clip=clip)).astype(float)
        return abs(strip[:, :4].mean() - strip[:, -4:].mean())

    assert jump("own") > 20
    assert jump("whole") < 4


@pytest.mark.parametrize("scripts", [True, False])
def test_who_made_the_photograph_stands_under_it(visit, scripts):
    page = visit(PAGE, java_script_enabled=scripts)
    if scripts:
        page.locator(f"{W} a[href*='danielbuechele/6061409035']").wait_for()
        assert page.locator(f"{W} a[href*='creativecommons.org/licenses/by/2.0']").count() == 1
    else:
        still = page.locator(f"[data-gn-host={STEM}] .gn-still img").get_attribute("src")
        assert "by danielbuechele" in still and "(CC BY 2.0)" in still
    assert "danielbuechele" in (ROOT / "LICENSE-text").read_text(encoding="utf-8")
