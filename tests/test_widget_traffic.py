"""Traffic: its bytes are those that torch's operations ask for; a closed seam saves what went between the two steps."""

import pytest
import torch
from browser import VIEW, finger, run_module, scrolled, state_of
from hands import Hand
from torch.nn import functional as F

from gn_edu.traffic import count
from gn_edu.widgets.base import module
from gn_edu.widgets.traffic import SHAPES, Traffic

PAGE = "notebooks/ch12_fast.html"
STEM = "traffic"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-seam='4']", "Enter")
HAND = Hand(
    page=PAGE,
    name="main",
    grip="[data-gn-step='5']",
    by=(-30, 0),
    key="Enter",
    focus="[data-gn-seam='4']",
    shows=".drawn",
    point=(("[data-gn-seam='4']", "End"),),
    reached="w.querySelector('[data-gn-value=times]').textContent === '2 times x'",
)
REST = {
    "shape": "8x64x32x32",
    "groups": 32,
    "dtype": "float32",
    "memory_format": "contiguous",
    "act": "silu",
    "machine": "cores",
    "bandwidth": 10,
    "split": 1,
    "fused": "00000",
}
IMAGE = {"shape": "1x128x512x512", "machine": "h200", "bandwidth": 4800}  # a group of it fits no cache
ACTS = {"silu": F.silu, "relu": F.relu}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def views(*changes):
    return run_module(module(STEM), VIEW, cases=[REST | change for change in changes])


def told(name, change):
    """What the widget says of a state, in English."""
    expression = f"w.{name}(d.state, w.view(d.state), (m, v = {{}}) => m.replace(/\\{{(\\w+)\\}}/g, (_, k) => v[k]))"
    return run_module(module(STEM), expression, state=REST | change).replace("\u00a0", " ")


# ---- the arithmetic


def six_steps(x, groups, gamma, act):
    """Group norm as six operations on tensors of x's size, less the activation where there is none."""
    rows = x.reshape(x.shape[0] * groups, -1)
    mean, var = rows.mean(1, keepdim=True), rows.var(1, correction=0, keepdim=True)
    x_hat = ((rows - mean) * (var + 1e-5).rsqrt()).reshape(x.shape)
    y = torch.addcmul(gamma, x_hat, gamma)
    return ACTS[act](y) if act in ACTS else y


def of_the_small_tensors(groups, channels, width):
    """Bytes read and written for the numbers of a group and of a channel: γ serves as β, and is counted once."""
    stats = groups * width
    read = stats + 3 * stats + channels * width  # x - mean; + eps, rsqrt, ÷ σ; γ
    written = 2 * stats + 2 * stats  # mean, variance; + eps, rsqrt
    return read, written


@pytest.mark.parametrize("act", ["silu", "relu", "none"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [SHAPES[0], (2, 64, 15, 15)])
def test_six_steps_alone_move_what_torch_asks_for(shape, dtype, act):
    x = torch.randn(shape, dtype=DTYPES[dtype])
    gamma = torch.ones(1, x.shape[1], 1, 1, dtype=x.dtype)
    found = count(six_steps, x, 32, gamma, act)
    read, written = of_the_small_tensors(shape[0] * 32, shape[1], x.element_size())
    size = x.numel() * x.element_size()
    (seen,) = views({"dtype": dtype, "act": act})
    assert (found.read - read, found.written - written) == (seen["reads"] * size, seen["writes"] * size)
    if shape in SHAPES:
        assert found.total - read - written == seen["bytes"]


def test_the_norm_in_one_and_silu_are_torchs_two_operations_and_all_in_one_is_the_least():
    x = torch.randn(SHAPES[0])
    stats = 2 * 8 * 32 * 4
    two, one = views({"fused": "11110"}, {"fused": "11111"})
    assert count(lambda: F.silu(F.group_norm(x, 32))).total - stats == two["bytes"] == 4 * x.numel() * 4
    assert count(F.silu, x).total == one["bytes"] == one["leastBytes"] == 2 * x.numel() * 4


@pytest.mark.parametrize("shape", SHAPES)
def test_bytes_and_the_least_time_of_every_shape(shape):
    size = torch.Size(shape).numel()
    text = "x".join(map(str, shape))
    for dtype, width in (("float32", 4), ("bfloat16", 2)):
        (seen,) = views({"shape": text, "dtype": dtype, "bandwidth": 50})
        assert seen["bytes"] == 10 * size * width and seen["group"] == size * width / shape[0] / 32
        assert seen["seconds"] == pytest.approx(10 * size * width / 50e9, rel=1e-12)


def test_what_each_seam_saves():
    changes = [{"fused": "".join("01"[k == seam] for k in range(5))} for seam in range(5)]
    assert [seen["times"] for seen in views(*changes)] == [9, 9, 8, 8, 8]
    assert [seen["reads"] for seen in views(*changes)] == [5, 5, 5, 5, 5]
    none = [change | {"act": "none"} for change in changes]
    assert [seen["times"] for seen in views(*none)] == [7, 7, 6, 6, 8]  # there is no seam before an activation


def test_a_group_that_fits_no_cache_is_read_twice():
    def times(fused):
        (seen,) = views(IMAGE | {"fused": fused})
        assert not seen["fits"] and seen["least"] == 3
        return seen["times"]

    assert times("11111") == 3 and times("10111") == 3  # the seam before x - mean saves nothing
    assert times("10000") == 9  # one reading gives both numbers
    assert times("01111") == 4 and times("00111") == 4
    # The mean is known and x - mean is written: one reading squares it on the way.
    assert times("01000") == 9 and times("01100") == 8


def test_a_closed_seam_never_costs():
    every = [f"{k:05b}" for k in range(32)]
    for change in ({}, IMAGE, {"act": "none"}, IMAGE | {"act": "none"}):
        seen = dict(zip(every, views(*(change | {"fused": fused} for fused in every)), strict=True))
        for fused in every:
            assert seen[fused]["times"] >= seen[fused]["least"]
            for k in range(5):
                closed = fused[:k] + "1" + fused[k + 1 :]
                assert seen[closed]["times"] <= seen[fused]["times"]


def test_workers_have_a_block_a_group_and_what_lies_together():
    few, split, all_ = views(IMAGE, IMAGE | {"split": 4}, IMAGE | {"split": 8})
    assert [(seen["lit"], seen["workers"]) for seen in (few, split, all_)] == [(32, 132), (128, 132), (132, 132)]
    assert few["bytes"] == split["bytes"] and few["seconds"] == split["seconds"]
    last = {"memory_format": "channels_last"}
    together = views(last, last | {"dtype": "bfloat16"}, last | {"groups": 2}, last | {"groups": 1}, {})
    # Channels of a group × bytes; with one group, and where channels come first, all of it.
    assert [seen["piece"] for seen in together] == [8, 4, 128, 64 * 1024 * 4, 2 * 1024 * 4]
    x = torch.empty(8, 64, 32, 32).to(memory_format=torch.channels_last)
    assert x.stride(1) == 1 and x.stride(3) == 64  # a pixel's 64 channels, then the next pixel


# ---- the words


def test_it_says_the_same_numbers():
    said = told("sentence", {})
    assert said == (
        "Reads: 6. Writes: 4. Together they move 20.97 MB, 10 times x. At 10 GB/s that takes at least 2.10 ms."
    )
    assert "4.19 MB" in told("sentence", {"fused": "11111"}) and "419.4 µs" in told("sentence", {"fused": "11111"})
    assert "1,342 MB" in told("sentence", IMAGE) and "4,800 GB/s" in told("sentence", IMAGE)
    both = told("why", IMAGE | {"fused": "11000"})
    assert "has 4.19 MB" in both and "cache 228 kB" in both and "3 times x" in both
    assert "Welford" in told("why", {"fused": "10000"}) and "8.2 kB" in told("why", {"fused": "01000"})
    assert "squares are summed" in told("why", IMAGE | {"fused": "01000"})
    assert "register" in told("why", {"fused": "00001"})
    assert "goes through memory" in told("why", {"fused": "00001", "act": "none"})
    assert "uses 8 of each 64 bytes" in told("lies", {"memory_format": "channels_last"})
    assert "all of each 64 bytes" in told("lies", {"memory_format": "channels_last", "groups": 4})
    assert "whole image" in told("lies", {"memory_format": "channels_last", "groups": 1})
    assert told("lies", {}).startswith("A group lies in one piece of 8.2 kB: ")
    assert told("work", IMAGE | {"split": 2}) == "Blocks: 64, 2 a group. 64 of 132 multiprocessors work."


def test_python_side():
    assert repr(Traffic()) == "Traffic: 8x64x32x32, G = 32, float32, silu, fused 00000, cores"
    assert {key: getattr(Traffic(), key) for key in REST} == REST
    other = Traffic(SHAPES[2], machine="h200", fused="11110", groups=128)
    assert (other.shape, other.bandwidth, other.fused, other.groups) == ("1x128x512x512", 4800, "11110", 128)
    assert Traffic(machine="h200", bandwidth=1000).bandwidth == 1000
    for wrong in ({"shape": (1, 2, 3, 4)}, {"groups": 5}, {"fused": "111"}, {"bandwidth": 11}, {"split": 3}):
        with pytest.raises(Exception, match=next(iter(wrong))):
            Traffic(**wrong)


def test_a_link_that_leaves_something_out_means_what_fits():
    first = {"groups": 8, "machine": "h200", "bandwidth": 1000}
    asked = {"groups": [{"shape": shape} for shape in ("8x64x32x32", "1x128x512x512")]}
    asked["bandwidth"] = [{"machine": "h200"}, {"machine": "cores"}]
    expression = "Object.entries(d.asked).map(([k, all]) => all.map((s) => w.formsOf(d.first)[k].otherwise(s)))"
    assert run_module(module(STEM), expression, first=first, asked=asked) == [[8, 8], [1000, 10]]
    first["groups"] = 128
    assert run_module(module(STEM), expression, first=first, asked=asked)[0] == [64, 128]


# ---- the hand


def pulled(fused, step, by, steps=6):
    hand = {"step": step, "by": by, "near": 0.1, "steps": steps}
    return run_module(module(STEM), "w.pulled(d.fused, d.hand)", fused=fused, hand=hand)


def test_a_hand_closes_the_seams_on_its_way_and_pulls_apart_what_has_no_way():
    assert pulled("00000", 5, -0.05) == "00000"
    assert pulled("00000", 5, -0.3) == "00001" and pulled("00000", 5, -1.2) == "00011"
    assert pulled("00000", 5, -5) == pulled("00000", 0, 5) == "11111"
    assert pulled("00000", 2, 0.5) == "00100" and pulled("00100", 2, -0.5) == "01100"
    assert pulled("11111", 5, 0.5) == "11110" and pulled("11111", 3, -0.5) == "11101"
    assert pulled("00000", 5, 0.5) == pulled("00000", 0, -0.5) == "00000"
    assert pulled("00000", 4, 0.5, steps=5) == "00000" and pulled("11110", 4, 0.5, steps=5) == "11100"
    assert pulled("11111", 4, -0.5, steps=5) == "11111"  # the seam before an activation is not there


def times(page):
    return page.locator(f"{W} [data-gn-value=times]").text_content()


def place(page, part):
    page.locator(f"{W} .gn-picture").first.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
    scrolled(page)
    box = page.locator(f"{W} {part}").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_one_drag_across_closes_all_and_back_opens_them(widget_page):
    page = widget_page(PAGE)
    start, end = place(page, "[data-gn-step='5']"), place(page, "[data-gn-step='0']")
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    assert times(page) == "2 times x"
    page.mouse.move(*start, steps=5)
    assert times(page) == "10 times x"
    page.mouse.up()
    assert page.locator(f"{W} .gn-hint").count() == 0


@pytest.mark.parametrize("touch", [False, True])
def test_a_press_on_a_seam_closes_it_and_another_opens_it(widget_page, touch):
    page = widget_page(PAGE, width=390 if touch else 1280, has_touch=touch, is_mobile=touch)
    seam = place(page, "[data-gn-seam='2']")
    press = page.touchscreen.tap if touch else page.mouse.click
    press(*seam)
    assert times(page) == "8 times x"
    press(*seam)
    assert times(page) == "10 times x"


def test_a_thumb_drags_a_step_and_a_knob(widget_page):
    page = widget_page(f"{PAGE}#traffic.main?shape=1x128x512x512&machine=h200", width=390, has_touch=True)
    put = finger(page)
    x, y = place(page, "[data-gn-step='1']")
    put("touchStart", (x, y))
    put("touchMove", (x - 14, y))
    put("touchEnd")
    assert times(page) == "9 times x"
    assert "32 of 132" in page.locator(f"{W} .gn-working").inner_text()
    page.focus(f"{W} [data-gn-grip=split]")
    page.keyboard.press("End")
    assert "132 of 132" in page.locator(f"{W} .gn-working").inner_text()
    assert page.locator(f"{W} .works").count() == 132 and times(page) == "9 times x"


def test_by_keyboard_link_and_reset(widget_page):
    page = widget_page(PAGE)
    page.focus(f"{W} [data-gn-seam='4']")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    assert page.locator(f"{W} [data-gn-seam='3']").get_attribute("aria-pressed") == "true"
    assert times(page) == "8 times x" and "8 times x" in page.locator(f"{W} .gn-live-text").inner_text()
    page.keyboard.press("End")
    assert times(page) == "2 times x" and page.is_checked(f"{W} [data-gn-fused='11111']")
    page.check(f"{W} [data-gn-fused='11110']")
    assert times(page) == "4 times x"
    page.check(f"{W} [data-gn-machine=h200]")
    page.check(f"{W} [data-gn-shape='1x128x512x512']")
    page.focus(f"{W} [data-gn-groups]")
    page.keyboard.press("End")
    want = REST | IMAGE | {"fused": "11110", "groups": 128}
    assert state_of(page, W) == {key: str(value) for key, value in want.items()}
    assert times(page) == "5 times x"
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert times(again) == "5 times x"
    again.check(f"{W} [data-gn-shape='8x64x32x32']")  # 64 channels make no 128 groups
    assert again.locator(f"{W} [data-gn-value=groups]").inner_text() == "64"
    again.check(f"{W} [data-gn-act=none]")
    assert again.locator(f"{W} .gn-seam:visible").count() == 4 and times(again) == "2 times x"
    again.click(f"{W} [data-gn-do=reset]")
    there = REST | {"shape": "128x64x32x32"}  # as the page has it
    assert state_of(again, W) == {key: str(value) for key, value in there.items()} and times(again) == "10 times x"


@pytest.mark.parametrize("large", [False, True])
def test_nothing_overlaps_on_a_phone_whatever_is_closed(widget_page, large):
    from test_hands import OVERLAPS  # it reads this file

    page = widget_page(f"{PAGE}#traffic.main?shape=1x128x512x512&fused=11001", width=390)
    if large:
        page.click(f"{W} [data-gn-do=large]")
    for fused in ("00000", "11110", "11111"):
        page.check(f"{W} [data-gn-fused='{fused}']")
        assert page.locator(W).evaluate(OVERLAPS) == []
