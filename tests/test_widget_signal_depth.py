"""Signal through depth: values and gradients of every layer are torch's; with a norm the gain does not matter."""

import re

import pytest
import torch
from browser import number, run_module
from hands import Hand
from seeded import normal
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.signal_depth import SignalDepth

PAGE = "notebooks/ch02_batch_norm.html"
STEM = "signal_depth"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-grip=gain]", "ArrowRight")
HAND = Hand(
    page=PAGE,
    name="depth",
    grip="[data-gn-grip=gain]",
    by=(60, 0),
    key="ArrowRight",
    shows=".drawn",
    # With a norm the size stays 1 at every gain.
    point=(("[data-gn-do=norm]", (0, 0)),),
    reached="w.querySelector('.gn-live-text').textContent.includes('have size 1.00;')",
)
SIZES = "d.cases.map((c)=>w.view(c).map(({size,gradient})=>[size,gradient]))"
WIDTH, SAMPLES, DEPTH = 64, 8, 30


@pytest.fixture(scope="module")
def numbers():
    """The input, the weights and the gradient that arrives."""
    ends, matrix = SAMPLES * WIDTH, WIDTH * WIDTH
    stream = torch.from_numpy(normal(1, 2 * ends + DEPTH * matrix))
    x, weights, arriving = stream.split((ends, DEPTH * matrix, ends))
    return x.view(SAMPLES, WIDTH), weights.view(DEPTH, WIDTH, WIDTH), arriving.view(SAMPLES, WIDTH)


def by_torch(numbers, gain, depth, activation, norm):
    x, weights, arriving = numbers
    act = {"relu": torch.relu, "tanh": torch.tanh, "none": lambda v: v}[activation]
    entered, a = [], x
    for weight in weights[:depth]:
        z = a @ weight.T * gain / WIDTH**0.5
        z = F.group_norm(z, 1, eps=1e-5) if norm == "group" else z
        entered.append(z.requires_grad_() if not z.requires_grad else z)
        a = act(z)
    gradients = torch.autograd.grad((a * arriving).sum(), entered)
    return [[float(t.detach().square().mean().sqrt()) for t in pair] for pair in zip(entered, gradients, strict=True)]


@pytest.mark.parametrize("norm", ["none", "group"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "none"])
def test_every_layer_is_torchs(numbers, activation, norm):
    asked = [
        {"gain": gain, "depth": depth, "activation": activation, "norm": norm}
        for gain in (0.6, 1.0, 1.42, 2.4)
        for depth in (10, 30)
    ]
    for case, got in zip(asked, run_module(module(STEM), SIZES, cases=asked), strict=True):
        want = torch.tensor(by_torch(numbers, **case), dtype=torch.float64)
        torch.testing.assert_close(torch.tensor(got, dtype=torch.float64), want, rtol=1e-9, atol=0)


def test_hes_gain_holds_and_a_norm_makes_it_a_non_choice():
    def last_over_first(gain, norm):
        case = {"gain": gain, "depth": 30, "activation": "relu", "norm": norm}
        (layers,) = run_module(module(STEM), SIZES, cases=[case])
        return layers[-1][0] / layers[0][0]

    assert 0.05 < last_over_first(2**0.5, "none") < 20
    assert last_over_first(1.0, "none") < 1e-3 and last_over_first(2.0, "none") > 1e3
    for gain in (0.6, 1.0, 2.4):
        assert last_over_first(gain, "group") == pytest.approx(1, abs=1e-3)


def test_python_side():
    assert repr(SignalDepth(1.4, norm="group")) == "SignalDepth: gain 1.4, 30 layers, relu, norm group"


def test_without_a_nonlinearity_none_is_named_and_the_histogram_says_what_its_edges_hold():
    cases = [{"gain": 1, "depth": 30, "activation": activation, "norm": "none"} for activation in ("relu", "none")]
    with_it, without = run_module(module(STEM), "d.cases.map((c) => w.still(c, {}))", cases=cases)
    assert "the values that enter layer 30's nonlinearity have size" in with_it["text"]
    assert "layer 30's values have size" in without["text"] and "nonlinearity" not in without["text"]
    assert all("the gradient with respect to the values at layer 1" in still["text"] for still in (with_it, without))
    ticks = re.findall(r">((?:≥ |≤ )?−?[024])</text>", without["svg"])
    assert ticks == ["≥ 4", "2", "0", "−2", "≤ −4"]


def test_by_mouse_keyboard_and_link(widget_page, numbers):
    page = widget_page(PAGE)

    def agrees(page, **case):
        layers = by_torch(numbers, **case)
        assert float(number(page, "size_last", STEM)) == pytest.approx(layers[-1][0], rel=0.06)
        ratio = layers[0][1] / layers[-1][1]
        assert float(number(page, "gradient", STEM)) == pytest.approx(ratio, rel=0.06)

    case = {"gain": 1.0, "depth": 30, "activation": "relu", "norm": "none"}
    page.click(f"{W} summary")
    agrees(page, **case)
    page.focus(f"{W} [data-gn-grip=gain]")
    page.keyboard.press("PageUp")
    agrees(page, **(case := {**case, "gain": 1.1}))
    page.check(f"{W} [data-gn-activation='tanh']")
    page.check(f"{W} [data-gn-depth='10']")
    agrees(page, **(case := {**case, "activation": "tanh", "depth": 10}))
    page.focus(f"{W} [data-gn-do=norm]")
    page.keyboard.press("Enter")
    agrees(page, **(case := {**case, "norm": "group"}))
    assert "1.10" in page.locator(f"{W} .gn-live-text").inner_text()
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    again.click(f"{W} summary")
    agrees(again, **case)
    page.click(f"{W} [data-gn-do=reset]")
    agrees(page, gain=1.0, depth=30, activation="relu", norm="none")


def curve(path):
    """Points of a path of lines."""
    return torch.tensor([[float(v) for v in pair.split()] for pair in re.split("[ML]", path)[1:]])


def drawn(page, selector):
    return page.eval_on_selector_all(f"{W} {selector}", "(all) => all.map((e) => e.getAttribute('d'))")


@pytest.mark.parametrize("norm", ["none", "group"])
def test_the_small_curves_are_the_sizes_at_their_gains(widget_page, numbers, norm):
    page = widget_page(f"{PAGE}#signal_depth.depth?norm={norm}")
    curves = drawn(page, ".gn-touched .line")
    assert len(curves) == 4
    for gain, path in zip((0.7, 1.0, 1.41, 1.8), curves, strict=True):
        sizes = torch.tensor(by_torch(numbers, gain, 30, "relu", norm))[:, 0].log10().clamp(-8, 8)
        heights = curve(path)[:, 1]
        # 8 decades are 32 units; up is less.
        torch.testing.assert_close(67 - heights, sizes.float() * 4, atol=0.06, rtol=0)


def said_gain(page):
    return re.search(r"gain ([\d.]+):", page.locator(f"{W} .gn-live-text").inner_text()).group(1)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_small_curve_is_pressed_and_the_gains_between_are_dragged(widget_page, width):
    page = widget_page(PAGE, width=width)
    page.locator(f"{W} .gn-touched").scroll_into_view_if_needed()
    for k, gain in enumerate(("0.70", "1.00", "1.41", "1.80")):
        box = page.locator(f"{W} .small").nth(k).bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + 20)
        assert said_gain(page) == gain and page.locator(f"{W} .chosen").count() == 1
    box = page.locator(f"{W} [data-gn-grip=gain] .disc").bounding_box()
    assert min(page.locator(f"{W} [data-gn-grip=gain] .hit").bounding_box()[side] for side in ("width", "height")) >= 24
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    third = page.locator(f"{W} .small").nth(2).bounding_box()
    page.mouse.move(third["x"] + third["width"] - 4, box["y"], steps=5)
    assert 1.42 < float(said_gain(page)) < 1.8 and not page.locator(f"{W} .chosen").count()
    page.mouse.move(third["x"] + third["width"] / 2 + 2, box["y"], steps=5)
    assert said_gain(page) == "1.41"  # held near a small curve's middle
    page.mouse.up()


def test_the_norm_is_called_what_its_reader_knows(widget_page):
    page = widget_page(PAGE)
    texts = page.locator(W).evaluate("(w) => w.textContent")
    assert "Group Norm" not in texts and "Batch Norm" not in texts
    page.click(f"{W} [data-gn-do=norm]")
    assert page.locator(f"{W} [data-gn-do=norm]").inner_text() == "Take the norm out"
    said = page.locator(f"{W} [data-gn-value=norm]").inner_text()
    assert said.startswith("A norm before every nonlinearity") and "Group" not in said


def test_quantities_are_in_ink(widget_page):
    page = widget_page(PAGE)
    ink = page.locator(f"{W} .name").first.evaluate("(e) => getComputedStyle(e).fill")
    strokes = page.eval_on_selector_all(f"{W} .line", "(all) => all.map((e) => getComputedStyle(e).stroke)")
    assert len(strokes) == 6 and set(strokes) == {ink}
