"""The shimmering map: the convolution and both norms are torch's, the dots are the draws, group norm's never move."""

from itertools import pairwise

import pytest
import torch
from browser import number, run_module, until
from hands import Hand
from seeded import uniform
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.neighbours import album, networks
from gn_edu.widgets.shimmer import Shimmer, first_convolution
from scripts.record_pairs import numbers, pixels

PAGE = "notebooks/ch02_batch_norm.html"
STEM = "shimmer"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-do=step]",)
HAND = Hand(
    page=PAGE,
    name="noise",
    grip="[data-gn-marker=bn]",
    by=(40, 30),
    key="ArrowDown",
    shows=".gn-pair",
    point=(("[data-gn-do=step]", (0, 0)),),
    reached="w.querySelector('.cloud').getAttribute('d').split('M').length === 3",
)
SEEN = "((view) => d.cases.map(view))(w.createModel(d.album, d.convolution))"


def ask(**changes):
    return {"batch": 2, "draw": 0, "pixel": 87, "picture": 7, "channel": 7, **changes}


def answers(cases):
    return run_module(module(STEM), SEEN, album=album(), convolution=first_convolution(), cases=cases)


@pytest.fixture(scope="module")
def maps():
    """What the first convolution of the stored network makes of all pictures: (20, 16, 16, 16), by torch."""
    stored = networks()["nets"]["bn"]
    block = stored["blocks"][0]
    scale = torch.tensor(block["scale"], dtype=torch.float64).view(-1, 1, 1, 1)
    weight = (numbers(block["weights"]) - 32).view(16, 3, 3, 3) * scale
    images = torch.stack([pixels(picture["pixels"]) for picture in networks()["pictures"]]).double()
    mean, std = (torch.tensor(stored[key], dtype=torch.float64).view(3, 1, 1) for key in ("pixel_mean", "pixel_std"))
    return F.conv2d((images - mean) / std, weight, stride=block["stride"], padding=1)


def shuffled(values, seed):
    left = list(values)
    return [left.pop(int(u * len(left))) for u in uniform(seed % 2**32, len(left))]


def company(picture, draw):
    """The other pictures in the order in which a draw takes them."""
    others = [i for i in range(20) if i != picture]
    first = shuffled(others, picture * 40503 + draw // 19 * 97 + 70)[draw % 19]
    rest = [i for i in others if i != first]
    return [first, *shuffled(rest, draw * 2654435761 + picture * 40503)]


CASES = [
    ask(),
    ask(batch=3, draw=5, picture=0, channel=0, pixel=0),
    ask(batch=5, draw=17, picture=11, channel=12, pixel=255),
    ask(batch=8, draw=199, picture=19, channel=15, pixel=31),
    ask(batch=2, draw=60, picture=14, channel=6, pixel=200),
]


def test_both_maps_and_all_dots_are_torchs(maps):
    for case, got in zip(CASES, answers(CASES), strict=True):
        picture, channel, size = case["picture"], case["channel"], case["batch"]
        batches = [[picture, *company(picture, d)[: size - 1]] for d in range(case["draw"] + 1)]
        assert got["batch"] == batches[-1]
        by_draw = [F.batch_norm(maps[b], None, None, training=True)[0, channel].flatten() for b in batches]
        group = F.group_norm(maps[[picture]], 8)[0, channel].flatten()
        for key, want in (("bn", by_draw[-1]), ("gn", group), ("dots", torch.stack(by_draw)[:, case["pixel"]])):
            torch.testing.assert_close(torch.tensor(got[key], dtype=torch.float64), want, rtol=0, atol=1e-9)
        dots = torch.stack(by_draw)[:, case["pixel"]]
        assert got["value"]["bn"] == got["dots"][-1]
        assert got["value"]["gn"] == pytest.approx(float(group[case["pixel"]]), abs=1e-9)
        assert got["scatter"] == pytest.approx(float(dots.std(correction=0)), abs=1e-9)


def test_group_norm_shows_the_same_digits_in_every_draw_and_batch():
    found = answers([ask(batch=batch, draw=draw) for batch in range(2, 9) for draw in range(0, 200, 4)])
    assert len({repr(got["gn"]) for got in found}) == 1
    assert len({repr(got["value"]["bn"]) for got in found}) > 200


def test_the_first_step_is_seen_and_the_scatter_falls_with_the_batch():
    """Each of the first 18 steps moves the marked pixel by a twentieth of the scale of grey; 2 scatter most."""
    values = [got["value"]["bn"] for got in answers([ask(draw=draw) for draw in range(19)])]
    assert min(abs(after - before) for before, after in pairwise(values)) > 0.25
    assert len({tuple(got["batch"]) for got in answers([ask(draw=draw) for draw in range(19)])}) == 19
    scatter = [got["scatter"] for got in answers([ask(batch=batch, draw=199) for batch in range(2, 9)])]
    assert scatter == sorted(scatter, reverse=True)
    assert scatter[0] > 0.5 and scatter[0] > 2.5 * scatter[-1]


def test_one_grey_stands_for_one_value_in_every_draw():
    """The still picture shows three draws; equal values are equally grey in them, so batch norm's maps differ."""
    traits = {"album": album(), "convolution": first_convolution(), **ask()}
    still = run_module(module(STEM), "w.still(d.traits, null)", traits=traits)
    pictures = [part.split('"')[0] for part in still["svg"].split('width="118" height="118" href="')[1:]]
    assert len(pictures) == 6 and len(set(pictures[::2])) == 3 and len(set(pictures[1::2])) == 1
    assert "Group Norm's is the same each time" in still["text"] and "NaN" not in still["svg"]


def test_python_side():
    assert repr(Shimmer(4, draw=3)) == "Shimmer: picture 7 (cat) in a batch of 4, draw 3, channel 7, row 5, column 7"
    assert set(first_convolution()) == {"block", "pixel_mean", "pixel_std"}
    for wrong in ({"batch": 1}, {"batch": 9}, {"draw": 200}, {"pixel": 256}, {"picture": 20}, {"channel": 16}):
        with pytest.raises(Exception, match=next(iter(wrong))):
            Shimmer(**wrong)


def grey(page, net):
    return page.locator(f"{W} [data-net={net}] .gn-square img").get_attribute("src")


def two(value):
    return f"{value:.2f}".replace("-", "−")


def test_by_mouse_keyboard_and_link(widget_page, maps):
    page = widget_page(PAGE)

    def expected(draw, size=2, pixel=87):
        batch = maps[[7, *company(7, draw)[: size - 1]]]
        return two(F.batch_norm(batch, None, None, training=True)[0, 7].flatten()[pixel].item())

    still, moving = grey(page, "gn"), {grey(page, "bn")}
    gn = number(page, "gn", STEM)
    for draw in (1, 2, 3):
        page.click(f"{W} [data-gn-do=step]")
        assert number(page, "bn", STEM) == expected(draw) and number(page, "gn", STEM) == gn
        moving.add(grey(page, "bn"))
    assert len(moving) == 4 and grey(page, "gn") == still
    page.focus(f"{W} [data-gn-batch]")
    page.keyboard.press("ArrowRight")
    assert number(page, "batch", STEM) == "3" and number(page, "bn", STEM) == expected(3, 3)
    page.focus(f"{W} [data-gn-marker=gn]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert number(page, "bn", STEM) == expected(3, 3, 87 + 16 - 1)
    box = page.locator(f"{W} [data-net=bn] .gn-square").bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    assert number(page, "bn", STEM) == expected(3, 3, 0)
    page.mouse.move(box["x"] + box["width"] + 40, box["y"] + box["height"] + 40)
    page.mouse.up()
    assert number(page, "bn", STEM) == expected(3, 3, 255)
    page.wait_for_timeout(400)
    assert "#shimmer.noise?batch=3&draw=3&pixel=255" in page.url
    again = widget_page(page.url)
    assert number(again, "bn", STEM) == expected(3, 3, 255)
    page.click(f"{W} [data-gn-do=reset]")
    assert number(page, "bn", STEM) == expected(0)


def test_by_thumb_the_marker_is_dragged_and_a_tap_sends_it(widget_page):
    page = widget_page(PAGE, width=390, has_touch=True, is_mobile=True)
    marker = page.locator(f"{W} [data-gn-marker=bn]")
    assert min(marker.bounding_box()[side] for side in ("width", "height")) >= 24
    square = page.locator(f"{W} [data-net=bn] .gn-square")
    assert square.bounding_box()["width"] >= 150
    square.tap(position={"x": 4, "y": 4})
    page.wait_for_timeout(400)
    assert "pixel=0&" in page.url


def test_it_moves_by_itself_only_after_a_press_and_never_where_motion_is_unwanted(widget_page):
    page = widget_page(PAGE)
    before = grey(page, "bn")
    page.wait_for_timeout(700)
    assert grey(page, "bn") == before
    page.click(f"{W} [data-gn-do=play]")
    drawn = f"document.querySelector('{W} .gn-live-text').textContent.match(/\\d+/)?.[0]"
    until(page, f"Number({drawn}) >= 5")
    page.click(f"{W} [data-gn-do=play]")
    stopped = page.evaluate(drawn)
    page.wait_for_timeout(700)
    assert page.evaluate(drawn) == stopped
    calm = widget_page(PAGE, reduced_motion="reduce")
    assert not calm.locator(f"{W} [data-gn-do=play]").is_visible()
    before = grey(calm, "bn")
    calm.click(f"{W} [data-gn-do=step]")
    assert grey(calm, "bn") != before


def test_at_most_five_numbers_are_in_view(widget_page):
    page = widget_page(f"{PAGE}#shimmer.noise?draw=30")
    text = page.locator(f"{W} .gn-body").inner_text()
    assert len([word for word in text.split() if any(letter.isdigit() for letter in word)]) <= 5, text
