"""Shadow: histograms and norms are gn_edu.descriptors'; what a shadow moves under each; mouse, keys, link."""

import base64

import numpy as np
import pytest
import torch
from browser import VIEW, number, run_module
from hands import Hand
from torch.nn import functional as F

from gn_edu import descriptors
from gn_edu.widgets.base import module
from gn_edu.widgets.shadow import Shadow
from scripts import pack_photo
from scripts.paths import ROOT

PAGE = "notebooks/ch10_why_groups.html"
STEM = "shadow"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-grip=edge]", "ArrowRight")
HAND = Hand(
    page=PAGE,
    name="cat",
    grip="[data-gn-grip=edge]",
    by=(60, 0),
    key="ArrowLeft",
    shows=".map",
    point=(("[data-gn-norm=gn]", (0, 0)),),  # numbers in the light move, too
    reached="/and in the light by [1-9]/.test(w.querySelector('.gn-live-text').textContent)",
)
PHOTO = descriptors.photograph()


def shaded(edge, light):
    factor = torch.ones(64, dtype=torch.float64)
    factor[edge:] = light
    return PHOTO * factor


def maps(picture):
    """The histograms as a feature map, (1, 9, 8, 8)."""
    return descriptors.cell_histograms(picture).permute(2, 0, 1)[None]


def by_cells(y):
    return y[0].permute(1, 2, 0).reshape(64, 1, 9)


def copies_of_blocks(picture):
    """Of each cell its numbers in every block that it is in, four places of which some stay empty: (64, 4, 9)."""
    blocks, found = descriptors.hog(picture), torch.full((8, 8, 4, 9), torch.nan, dtype=torch.float64)
    for k, (down, right) in enumerate([(1, 1), (1, 0), (0, 1), (0, 0)]):
        found[down : down + 7, right : right + 7, k] = blocks[:, :, down, right]
    return found.reshape(64, 4, 9)


NORMS = {
    "none": lambda picture: by_cells(maps(picture)),
    "block": copies_of_blocks,
    "gn": lambda picture: by_cells(F.group_norm(maps(picture), 1)),
    "local": lambda picture: by_cells(descriptors.local_group_norm(maps(picture), 1, 3)),
}


def moved(now, before, cells=slice(None)):
    return ((now[cells] - before[cells]).square().nansum() / before[cells].square().nansum()).sqrt().item()


def view(*cases):
    rest = {"photo": descriptors.packed(), "edge": 28, "light": 0.4, "norm": "none", "cell": 25}
    return run_module(module(STEM), VIEW, cases=[rest | case for case in cases])


def test_the_photograph_is_the_packed_one():
    assert descriptors.packed()["pixels"] == pack_photo.cat()["pixels"]
    seen = pack_photo.decoded(base64.b64decode(descriptors.packed()["png"]))
    assert (seen == PHOTO.numpy()[..., None]).all() and PHOTO.min() == 0 and PHOTO.max() == 255
    assert "Stefan van der Walt" in (ROOT / "LICENSE-text").read_text(encoding="utf-8")


@pytest.mark.parametrize("norm", NORMS)
def test_numbers_are_those_of_descriptors(norm):
    cases = [{"norm": norm, "edge": edge, "light": light} for edge in (0, 5, 28, 32, 63, 64) for light in (0.4, 0.7)]
    before = NORMS[norm](PHOTO)
    for case, got in zip(cases, view(*cases), strict=True):
        now = NORMS[norm](shaded(case["edge"], case["light"]))
        for mine, theirs in ((got["before"], before), (got["now"], now)):
            np.testing.assert_allclose(mine, theirs.nanmean(1), atol=1e-9)
        np.testing.assert_allclose(got["moved"], [moved(now, before, k) for k in range(64)], atol=1e-9)
        assert got["numbers"]["all"] == pytest.approx(moved(now, before), abs=1e-9)


@pytest.mark.parametrize("norm", NORMS)
def test_half_a_shadow_moves_group_norm_on_both_sides_and_local_norms_near_its_edge_alone(norm):
    for case in view(*({"norm": norm, "edge": edge} for edge in (20, 28, 32, 33, 41))):
        light, border, shade = (case["numbers"][part] for part in ("light", "border", "shade"))
        assert border > 0.1
        if norm == "none":
            assert light == 0 and shade == pytest.approx(0.6)
        elif norm == "gn":
            assert light > 0.1 and shade > 0.1
        else:
            assert light < 1e-4 and shade < 1e-4


def test_a_shadow_on_all_of_it_is_one_factor():
    for norm, got in zip(NORMS, view(*({"norm": norm, "edge": 0} for norm in NORMS)), strict=True):
        assert got["numbers"]["light"] is None and got["numbers"]["border"] is None
        assert got["numbers"]["shade"] == pytest.approx(0.6) if norm == "none" else got["numbers"]["shade"] < 1e-4
    for got in view(*({"norm": norm, "edge": 64} for norm in NORMS)):
        assert got["numbers"]["light"] == got["numbers"]["all"] == 0


def test_what_the_chapter_says_of_the_start_is_so():
    text = (ROOT / PAGE.replace(".html", ".ipynb")).read_text(encoding="utf-8")
    before, now = maps(PHOTO), maps(shaded(28, 0.4))
    (a, b), (c, d) = ((f"{y.mean():.1f}", f"{y.std(correction=0):.1f}") for y in (before, now))
    assert f"the mean falls from {a} to {c}, σ from {b} to {d}" in text


def test_python_side():
    assert repr(Shadow("gn")) == "Shadow: norm gn, 28 of 64 columns in the light, 40% of it elsewhere"
    with pytest.raises(Exception, match="edge"):
        Shadow(edge=65)


def said(page):
    return page.locator(f"{W} .gn-live-text").inner_text()


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert "fall with the light, by 60\u00a0%" in said(page) and number(page, "light", STEM) == "0\u00a0%"
    page.check(f"{W} [data-gn-norm=gn]")
    (at_rest,) = view({"norm": "gn"})
    assert number(page, "light", STEM) == f"{100 * at_rest['numbers']['light']:.0f}\u00a0%"
    page.focus(f"{W} [data-gn-grip=edge]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    (moved_there,) = view({"norm": "gn", "edge": 19})
    assert number(page, "shade", STEM) == f"{100 * moved_there['numbers']['shade']:.0f}\u00a0%"
    page.keyboard.press("Home")
    assert "takes it away" in said(page)
    page.keyboard.press("End")
    assert "No shadow" in said(page)
    page.focus(f"{W} [data-gn-grip=cell]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert "row 3, column 3" in page.locator(f"{W} .gn-picture").inner_text()
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert "No shadow" in said(again) and "row 3, column 3" in again.locator(f"{W} .gn-picture").inner_text()
    page.click(f"{W} [data-gn-do=reset]")
    assert "fall with the light" in said(page) and "row 4, column 2" in page.locator(f"{W} .gn-picture").inner_text()


@pytest.mark.parametrize("touch", [False, True])
def test_the_edge_follows_the_hand_on_the_photograph_and_a_cell_is_chosen_in_the_map(widget_page, touch):
    page = widget_page(PAGE, width=390 if touch else 1280, has_touch=touch)
    press = page.touchscreen.tap if touch else page.mouse.click
    page.locator(f"{W} .photo").scroll_into_view_if_needed()
    photo, chart = (page.locator(f"{W} {part}").bounding_box() for part in (".photo image", ".map .frame"))
    press(photo["x"] + photo["width"] * 0.75, photo["y"] + photo["height"] / 4)
    edge = int(page.locator(f"{W} [data-gn-grip=edge]").get_attribute("aria-valuenow"))
    assert abs(edge - 48) <= 1
    press(chart["x"] + chart["width"] * 0.3, chart["y"] + chart["height"] * 0.95)
    assert page.locator(f"{W} [data-gn-grip=cell]").get_attribute("aria-valuetext") == "row 8, column 3"


def test_the_shadow_on_the_screen_is_as_dark_as_it_is_computed(widget_page):
    page = widget_page(PAGE)
    page.locator(f"{W} .photo").scroll_into_view_if_needed()
    box = page.locator(f"{W} .photo image").bounding_box()

    def screen():
        seen = pack_photo.decoded(page.screenshot(clip=box)).astype(float)
        return seen[: int(box["height"] * 0.6), int(box["width"] * 0.6) : int(box["width"] * 0.9)].mean()

    shade = screen()
    page.focus(f"{W} [data-gn-grip=edge]")
    page.keyboard.press("End")
    assert shade / screen() == pytest.approx(0.4, abs=0.03)
