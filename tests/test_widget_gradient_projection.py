"""W4: dx is autograd's, the sums follow their laws; the tip of g goes where the hand goes."""

import math

import numpy as np
import pytest
import torch
from browser import VIEW, number, run_module, shown
from hands import Hand
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.gradient_projection import GradientProjection

PAGE = "notebooks/ch05_backward.html"
W = "[data-gn-widget=gradient_projection][data-gn-name=three]"
STEP = ("[data-gn-scale]", "ArrowRight")
HAND = Hand(
    page=PAGE,
    name="three",
    grip="[data-gn-grip=g]",
    by=(-40, 30),
    key="ArrowLeft",
    shows=".a-dx",
    point=(("[data-gn-lay=x_hat]", (0, 0)),),
    reached="w.querySelector('.gn-live-text').textContent.includes('dx is 0')",
)


def cases(count=200):
    generator = torch.Generator().manual_seed(0)
    for k in range(count):
        m = 2 + k % 6
        x, g = torch.randn(2, m, generator=generator, dtype=torch.float64)
        eps = (0.0, 1e-5, 1e-2, 1.0)[k % 4]
        yield {
            "x": (x * 3 + 5).tolist(),
            "g": g.tolist(),
            "eps": eps,
            "scale": 2.0 ** (k % 5 - 2),
            "turn": 0.3 * (k % 7),
        }


def test_two_hundred_cases_equal_autograd():
    asked = list(cases())
    for case, got in zip(asked, run_module(module("gradient_projection"), VIEW, cases=asked), strict=True):
        x = torch.tensor(got["x"], dtype=torch.float64, requires_grad=True)
        g = torch.tensor(case["g"], dtype=torch.float64)
        x_hat = F.group_norm(x[None], 1, eps=case["eps"])[0]
        (dx,) = torch.autograd.grad((x_hat * g).sum(), x)
        torch.testing.assert_close(torch.tensor(got["parts"]["dx"], dtype=torch.float64), dx, rtol=0, atol=1e-10)
        numbers, size = got["numbers"], float(g.norm()) / got["sigma"]
        assert abs(numbers["sum_dx"]) <= 1e-12 * size * len(g)
        assert numbers["sum_dx_x_hat"] == pytest.approx(numbers["predicted"], abs=1e-12 * max(1, size))
        # The controls keep the mean, and stretch the distances to it.
        before = torch.tensor(case["x"], dtype=torch.float64)
        assert sum(got["x"]) == pytest.approx(float(before.sum()))
        assert x.detach().std() == pytest.approx(case["scale"] * float(before.std()), rel=1e-12)


def test_doubling_x_halves_dx_at_eps_zero():
    pair = [{"x": [0, 3, 7], "g": [1, -2, 0.5], "eps": 0, "scale": scale, "turn": 1} for scale in (1, 2)]
    one, two = run_module(module("gradient_projection"), VIEW, cases=pair)
    assert one["parts"]["dx"] == pytest.approx([2 * v for v in two["parts"]["dx"]], abs=1e-12)


def test_python_side():
    assert (
        repr(GradientProjection((1, 2, 3), (2, 0, 1))) == "GradientProjection: m = 3, sigma 0.816, g = [2.0, 0.0, 1.0]"
    )
    with pytest.raises(ValueError, match="2 to 8 values"):
        GradientProjection((1,), (1,))


def expected(g, scale=1.0, eps=0.0):
    x = (torch.tensor([1.0, 2, 3], dtype=torch.float64) * scale).requires_grad_()
    x_hat = F.group_norm(x[None], 1, eps=eps)[0]
    (dx,) = torch.autograd.grad((x_hat * torch.tensor(g, dtype=torch.float64)).sum(), x)
    return [shown(v, 3) for v in dx.tolist()]


LAID = "d.cases.map(({ along, ...c }) => w.laid(c.g, w.view(c).xHat, along, 9))"


@pytest.mark.parametrize("along", ["ones", "x_hat"])
def test_nothing_is_left_of_g_along_1_or_along_x_hat(along):
    asked = [case | {"eps": 0.0, "along": along} for case in cases(60)]
    for case, g in zip(asked, run_module(module("gradient_projection"), LAID, cases=asked), strict=True):
        (got,) = run_module(module("gradient_projection"), VIEW, cases=[case | {"g": g}])
        assert got["lies"] == along
        assert got["numbers"]["length_dx"] * got["sigma"] < 1e-5  # g is rounded to six decimals
        assert got["numbers"]["length_g"] == pytest.approx(min(9, torch.tensor(case["g"]).norm().item()), abs=1e-5)


CAMERA = """d.asked.map(({ looking, g, to, x }) => {
  const c = w.camera(looking, 400, 380);
  return { moved: c.lifted(to, g), seen: c.at(c.lifted(to, g)), angle: c.angleAt(c.at(x)) };
})"""


def test_the_tip_of_g_stands_where_the_hand_is_and_moves_in_the_plane_of_the_screen():
    generator = torch.Generator().manual_seed(1)
    asked = []
    for k in range(40):
        g = torch.randn(3, generator=generator, dtype=torch.float64)
        angle = 0.1 * k - 2
        plane = torch.tensor([[1, -1, 0], [1, 1, -2]], dtype=torch.float64)
        plane /= plane.norm(dim=1, keepdim=True)
        x = math.cos(angle) * plane[0] + math.sin(angle) * plane[1]
        looking = {"yaw": 0.2 * k, "pitch": 0.25 + 0.03 * k}
        asked.append({"looking": looking, "g": (g / g.norm()).tolist(), "to": [220, 170 + k], "x": x.tolist()})
    found = run_module(module("gradient_projection"), CAMERA, asked=asked)
    for case, got in zip(asked, found, strict=True):
        assert got["seen"] == pytest.approx(case["to"])
        yaw, pitch = case["looking"].values()
        ones = torch.ones(3, dtype=torch.float64) / 3**0.5
        front = math.cos(yaw) * plane[0] + math.sin(yaw) * plane[1]
        towards_the_reader = math.sin(pitch) * ones + math.cos(pitch) * front
        change = torch.tensor(got["moved"], dtype=torch.float64) - torch.tensor(case["g"], dtype=torch.float64)
        assert float(change @ towards_the_reader) == pytest.approx(0, abs=1e-12)
        again = math.atan2(torch.tensor(case["x"]).double() @ plane[1], torch.tensor(case["x"]).double() @ plane[0])
        assert got["angle"] == pytest.approx(again)


SAYS = "d.cases.map((c) => w.sentence(w.view(c), c.eps, (text) => text))"


def test_of_a_part_along_x_hat_that_g_does_not_have_nothing_is_said():
    x = [1.0, 2.0, 4.0]
    along = np.array(x) - np.mean(x)
    aside = np.cross(along, [1.0, 1.0, 1.0])
    both = [
        {"x": x, "g": (aside + share * along + 1).tolist(), "eps": eps, "scale": 1, "turn": 0}
        for share in (0, 0.01)
        for eps in (1.0, 0.0)
    ]
    beside, beside_0, more, more_0 = run_module(module("gradient_projection"), SAYS, cases=both)
    assert beside.startswith("g has no part along x̂: ε only makes σ larger.")
    assert "some of g's part along x̂ is left" in more
    assert "at right angles to both" in beside_0 and beside_0 == more_0


def middle(page, selector):
    """Of a part of the drawing; of a grip, its disc."""
    selector += " .disc" * ("data-gn-grip" in selector)
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def dragged(page, selector, right, down):
    x, y = middle(page, selector)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=5)
    page.mouse.up()


def dx_of(page):
    """As the fold says it, whatever is folded."""
    return [page.locator(f"{W} [data-gn-value='dx[{i}]']").text_content() for i in range(3)]


def g_of(page):
    return [float(page.locator(f"{W} [data-gn-g='{i}']").input_value()) for i in range(3)]


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert dx_of(page) == expected([2, 0, 1])
    page.click(f"{W} [data-gn-fold=fields] summary")
    page.fill(f"{W} [data-gn-g='1']", "-1.5")
    assert dx_of(page) == expected([2, -1.5, 1])
    page.focus(f"{W} [data-gn-scale]")
    page.keyboard.press("ArrowRight")
    assert dx_of(page) == expected([2, -1.5, 1], scale=2)
    page.check(f"{W} [data-gn-eps='1']")
    assert dx_of(page) == expected([2, -1.5, 1], scale=2, eps=1.0)
    page.click(f"{W} [data-gn-fold=numbers] summary")
    left = number(page, "sum_dx_x_hat", "gradient_projection")
    assert left == number(page, "predicted", "gradient_projection") != "0.0000"
    assert "With ε = 1 some of g's part along x̂ is left" in page.locator(f"{W} .gn-live-text").inner_text()
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert dx_of(again) == dx_of(page)
    page.click(f"{W} [data-gn-do=reset]")
    assert dx_of(page) == expected([2, 0, 1])


def test_the_tip_is_dragged_and_dx_follows(widget_page):
    page = widget_page(PAGE)
    tip = page.locator(f"{W} [data-gn-grip=g]")
    assert "drag me" in tip.text_content()
    before = middle(page, f"{W} [data-gn-grip=g]")
    dragged(page, f"{W} [data-gn-grip=g]", -50, 40)
    after = middle(page, f"{W} [data-gn-grip=g]")
    assert after == pytest.approx((before[0] - 50, before[1] + 40), abs=2)
    assert g_of(page) != [2, 0, 1] and dx_of(page) == expected(g_of(page))
    assert "drag me" not in tip.text_content()
    assert tip.get_attribute("role") == "slider"
    g, dx = (", ".join(shown(float(v), 2) for v in values) for values in (g_of(page), dx_of(page)))
    assert tip.get_attribute("aria-valuetext").startswith(f"g = ({g}); dx = (")
    told = [float(v) for v in tip.get_attribute("aria-valuetext").split("dx = (")[1].rstrip(")").split(", ")]
    assert told == pytest.approx([float(v) for v in dx.split(", ")], abs=0.011)
    tip.focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        before = g_of(page)
        page.keyboard.press(key)
        assert g_of(page) != before and dx_of(page) == expected(g_of(page))


def test_x_hat_goes_round_its_circle_and_the_view_turns_beside_the_grips(widget_page):
    page = widget_page(PAGE)
    before = dx_of(page)
    dragged(page, f"{W} [data-gn-grip=x]", 40, 20)
    assert dx_of(page) != before
    assert sum(float(v) for v in dx_of(page)) == pytest.approx(0, abs=0.002)
    page.focus(f"{W} [data-gn-grip=x]")
    before = dx_of(page)
    page.keyboard.press("ArrowRight")
    assert dx_of(page) != before
    numbers, plane = dx_of(page), f"{W} .gn-space .plane"
    for act in (
        lambda: dragged(page, f"{W} .gn-space svg", 60, 20),
        lambda: page.click(f"{W} [data-gn-do=left]"),
        lambda: page.locator(f"{W} [data-gn-view]").nth(1).check(),
    ):
        before = page.locator(plane).get_attribute("d") + page.locator(f"{W} .a-g").inner_html()
        act()
        assert page.locator(plane).get_attribute("d") + page.locator(f"{W} .a-g").inner_html() != before
        assert dx_of(page) == numbers
    # From above the floor is a disc, and the hand cannot change the sum of g.
    box = page.locator(plane).bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=1)
    total = sum(g_of(page))
    dragged(page, f"{W} [data-gn-grip=g]", 30, 30)
    assert sum(g_of(page)) == pytest.approx(total, abs=0.02)


def test_laid_along_1_or_x_hat_nothing_is_left_and_the_hand_is_caught_there(widget_page):
    page = widget_page(PAGE)
    said = page.locator(f"{W} .gn-live-text")
    for along, name in (("ones", "1"), ("x_hat", "x̂")):
        page.click(f"{W} [data-gn-do=reset]")
        page.click(f"{W} [data-gn-lay={along}]")
        assert f"g lies along {name}: all of it is taken away, and dx is 0" in said.inner_text()
        assert dx_of(page) == ["0.000"] * 3
    page.check(f"{W} [data-gn-eps='1']")
    assert "g lies along x̂. With ε = 1 not all of it is taken away" in said.inner_text()
    page.click(f"{W} [data-gn-do=reset]")
    # From the tip of g to five pixels beside the arrow 1.
    (x, y), (a, b) = middle(page, f"{W} [data-gn-grip=g]"), middle(page, f"{W} .a-ones .tip")
    dragged(page, f"{W} [data-gn-grip=g]", a - x + 5, b - y)
    assert "g lies along 1" in said.inner_text()


def test_four_values_are_bars_whose_ends_are_taken(widget_page):
    page = widget_page(PAGE)
    four = W.replace("three", "four")
    values = lambda: [page.locator(f"{four} [data-gn-value='dx[{i}]']").text_content() for i in range(4)]  # noqa: E731
    dragged(page, f"{four} [data-gn-grip=g2]", 0, -46)  # one unit, in a row of 92 px from -1 to 1
    g = [1, 1.0, 0, 0]
    x = torch.tensor([2.0, 2, 6, 6], dtype=torch.float64, requires_grad=True)
    hat = F.group_norm(x[None], 1, eps=0.0)[0]
    (dx,) = torch.autograd.grad((hat * torch.tensor(g, dtype=torch.float64)).sum(), x)
    assert values() == [shown(v, 3) for v in dx.tolist()]
    assert page.locator(f"{four} .b-behind").count() == 8  # x_hat, and what is left before the division
    grip = page.locator(f"{four} [data-gn-grip=g2]")
    assert float(grip.get_attribute("aria-valuenow")) == 1
    assert "dx is 0" in page.locator(f"{four} .gn-live-text").inner_text()  # (1, 1, 0, 0) is made of 1 and x_hat
    grip.focus()
    page.keyboard.press("ArrowDown")
    assert float(grip.get_attribute("aria-valuenow")) == 0.9 and values() != ["0.000"] * 4
