"""W4: dx is autograd's, the sums follow their laws; driven by mouse, keyboard and link."""

import pytest
import torch
from browser import VIEW, number, run_module, shown
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.gradient_projection import GradientProjection

PAGE = "notebooks/ch05_backward.html"
W = "[data-gn-widget=gradient_projection][data-gn-name=three]"


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


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    dx = lambda page=page: [number(page, f"dx[{i}]", "gradient_projection") for i in range(3)]  # noqa: E731
    assert dx() == expected([2, 0, 1])
    page.fill(f"{W} [data-gn-g='1']", "-1.5")
    assert dx() == expected([2, -1.5, 1])
    page.focus(f"{W} [data-gn-scale]")
    page.keyboard.press("ArrowRight")
    assert dx() == expected([2, -1.5, 1], scale=2)
    page.check(f"{W} [data-gn-eps='1']")
    assert dx() == expected([2, -1.5, 1], scale=2, eps=1.0)
    left = number(page, "sum_dx_x_hat", "gradient_projection")
    assert left == number(page, "predicted", "gradient_projection") != "0.0000"
    assert (
        f"dx = ({', '.join(shown(float(v), 2) for v in dx())})"[:6] in page.locator(f"{W} .gn-live-text").inner_text()
    )
    picture = page.locator(f"{W} [data-gn-space]")
    before = picture.inner_html()
    picture.focus()
    page.keyboard.press("ArrowLeft")
    assert picture.inner_html() != before
    before = picture.inner_html()
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=4)
    page.mouse.up()
    assert picture.inner_html() != before
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert dx(again) == dx()
    page.click(f"{W} [data-gn-do=reset]")
    assert dx() == expected([2, 0, 1])
