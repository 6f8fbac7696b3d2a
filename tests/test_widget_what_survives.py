"""W3: what a norm makes of eight channels is torch's; the damage of a loud channel stays in its group."""

import pytest
import torch
from browser import VIEW, number, run_module, shown
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.what_survives import WhatSurvives

PAGE = "notebooks/ch07_groups.html"
STEM = "what_survives"
W = f"[data-gn-widget={STEM}]"
TRAITS = ("quantiles", "means", "spreads", "beta", "order", "norm", "centred")
LOUD = (0, 0, 0, -8, 0, 0, 0, 0)


def ask(**changes):
    widget = WhatSurvives(**changes)
    return {key: getattr(widget, key) for key in TRAITS}


def by_torch(case):
    """(after, sd, active) by place in the order."""
    quantiles, order = torch.tensor(case["quantiles"], dtype=torch.float64), torch.tensor(case["order"])
    means, spreads, beta = (torch.tensor(case[key], dtype=torch.float64)[order] for key in ("means", "spreads", "beta"))
    x = (0 if case["centred"] else means[:, None]) + spreads[:, None] * quantiles
    groups = 8 if case["norm"] == "batch" else int(case["norm"])
    y = F.group_norm(x[None], groups, bias=beta, eps=1e-5)[0]
    return y.mean(1), y.std(1, correction=0), (y > 0).double().mean(1)


def view(*cases):
    return run_module(module(STEM), VIEW, cases=list(cases))


def test_two_hundred_cases_are_torchs():
    generator = torch.Generator().manual_seed(0)
    asked = []
    for k in range(200):
        draw = torch.randn(3, 8, generator=generator)
        order = torch.randperm(8, generator=generator).tolist()
        norm = ("batch", "1", "2", "4", "8")[k % 5]
        means, spreads, beta = (draw[0] * 4).tolist(), (draw[1].abs() + 0.5).tolist(), draw[2].tolist()
        asked.append(ask(means=means, spreads=spreads, beta=beta, order=order, norm=norm, centred=k % 7 == 0))
    for case, got in zip(asked, view(*asked), strict=True):
        for key, want in zip(("after", "sd", "active"), by_torch(case), strict=True):
            found = torch.tensor([place[key] for place in got], dtype=torch.float64)
            torch.testing.assert_close(found, want, rtol=0, atol=1e-9 if key != "active" else 1 / 250)


def test_one_loud_channel_kills_itself_and_wakes_its_partner():
    active = {norm: [p["active"] for p in view(ask(means=LOUD, norm=norm))[0]] for norm in ("1", "4", "8", "batch")}
    assert active["4"][3] == 0 and active["4"][2] == 1
    assert active["4"][:2] + active["4"][4:] == pytest.approx([0.5] * 6, abs=0.01)
    assert active["8"] == active["batch"] == pytest.approx([0.5] * 8, abs=0.01)
    assert active["1"][3] == 0
    assert active["1"][:3] + active["1"][4:] == pytest.approx([0.84] * 7, abs=0.015)


def test_order_matters_across_borders_only():
    inside, across = [0, 1, 3, 2, 4, 5, 6, 7], [0, 1, 2, 4, 3, 5, 6, 7]

    def by_channel(order):
        (places,) = view(ask(means=(1, 2, 3, -8, 0, 1, 2, 5), norm="4", order=order))
        return {place["channel"]: (place["after"], place["sd"]) for place in places}

    straight = by_channel(list(range(8)))
    assert all(by_channel(inside)[c] == pytest.approx(straight[c], abs=1e-12) for c in range(8))
    assert max(abs(by_channel(across)[c][0] - straight[c][0]) for c in range(8)) > 0.1


def test_filters_with_sum_zero_level_the_channels():
    assert all(abs(place["after"]) < 1e-9 for place in view(ask(means=LOUD, norm="1", centred=True))[0])


def test_python_side():
    with pytest.raises(ValueError, match="8 numbers, one a channel, got 2"):
        WhatSurvives(means=(1, 2))
    with pytest.raises(ValueError, match="above 0"):
        WhatSurvives(spreads=(0,) * 8)


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)

    def agrees(page, **changes):
        case = ask(**{"means": LOUD, **changes})
        for key, want in zip(("after", "sd", "active"), by_torch(case), strict=True):
            for place, channel in enumerate(case["order"]):
                assert number(page, f"{key}[{channel}]", STEM) == shown(want[place].item(), 2)

    agrees(page)
    page.click(f"{W} [data-gn-move='1']")
    order = [0, 1, 2, 4, 3, 5, 6, 7]
    agrees(page, order=order)
    page.focus(f"{W} [data-gn-mean]")
    page.keyboard.press("ArrowRight")
    means = (0, 0, 0, -7.5, 0, 0, 0, 0)
    agrees(page, means=means, order=order)
    page.check(f"{W} [data-gn-norm='1']")
    agrees(page, means=means, order=order, norm="1")
    page.check(f"{W} [data-gn-channel='0']")
    page.focus(f"{W} [data-gn-beta]")
    page.keyboard.press("ArrowRight")
    agrees(page, means=means, order=order, norm="1", beta=(0.5, *[0] * 7))
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    agrees(again, means=means, order=order, norm="1", beta=(0.5, *[0] * 7))
    page.check(f"{W} [data-gn-channel='3']")
    assert page.locator(f"{W} [data-gn-mean]").input_value() == "-7.5"
    page.check(f"{W} [data-gn-centred]")
    agrees(page, means=means, order=order, norm="1", beta=(0.5, *[0] * 7), centred=True)
    slider = page.locator(f"{W} [data-gn-mean]")  # says what is drawn: no channel keeps a level
    assert slider.input_value() == "0" and slider.is_disabled()
    page.click(f"{W} [data-gn-preset=levels]")
    agrees(page, means=(-4, -3, -2, -1, 1, 2, 3, 4), norm="1")
    page.click(f"{W} [data-gn-do=reset]")
    agrees(page)
    assert "never active: 4; always active: 3" in page.locator(f"{W} .gn-live-text").inner_text()
