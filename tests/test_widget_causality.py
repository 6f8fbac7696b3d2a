"""Causality: the outputs are torch's; over time the past hears the future, a token at a time nothing hears another."""

import pytest
import torch
from browser import VIEW, run_module, shown
from hands import Hand
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.causality import TIPS, Causality

PAGE = "notebooks/ch11_where_you_meet_it.html"
STEM = "causality"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-grip=tip-5]", "ArrowUp")
HAND = Hand(
    page=PAGE,
    name="six",
    grip="[data-gn-grip=tip-5]",
    by=(0, -40),
    key="ArrowUp",
    shows=".drawn",
    point=(("[data-gn-grip=tip-5]", "End"),),
    reached="/5 of them have moved/.test(w.querySelector('.gn-live-text').textContent)",
)
LIFTED = [*TIPS[:-1], 6.0]


def view(tips, over):
    (seen,) = run_module(module(STEM), VIEW, cases=[{"tips": list(tips), "over": over}])
    return seen


def by_torch(x, over):
    """x: (6, 4), one head."""
    return F.group_norm(x.T[None], 1)[0].T if over == "time" else F.group_norm(x, 1)


@pytest.mark.parametrize("over", ["time", "token"])
@pytest.mark.parametrize("tips", [TIPS, LIFTED, (6, -6, 0.5, 1, 0, -2)])
def test_outputs_are_torchs(tips, over):
    seen = view(tips, over)
    before = torch.tensor(seen["before"], dtype=torch.float64)
    assert before[:, 1].tolist() == list(tips)
    want = by_torch(before, over)
    torch.testing.assert_close(torch.tensor(seen["after"], dtype=torch.float64), want, rtol=0, atol=1e-12)
    first = by_torch(torch.tensor(view(TIPS, over)["before"], dtype=torch.float64), over)
    moved = (want - first).abs().amax(1)
    torch.testing.assert_close(torch.tensor(seen["moved"], dtype=torch.float64), moved, rtol=0, atol=1e-12)


def test_over_time_the_past_hears_the_future_and_a_token_at_a_time_nobody_does():
    assert view(LIFTED, "time")["hear"] == [0, 1, 2, 3, 4]
    alone = view(LIFTED, "token")
    assert alone["hear"] == [] and alone["moved"][:5] == [0] * 5 and alone["moved"][5] > 0.5
    first = view([6, *TIPS[1:]], "time")  # what comes after it is no past
    assert first["hear"] == [] and min(first["moved"]) > 0.1


def test_the_mean_of_a_frame_is_drawn_where_it_is():
    seen = view(LIFTED, "time")
    assert seen["means"] == pytest.approx([torch.tensor(seen["before"]).mean().item()] * 6)
    assert view(LIFTED, "token")["means"] == pytest.approx(torch.tensor(seen["before"]).mean(1).tolist())


def test_python_side():
    assert repr(Causality()) == "Causality: second numbers [0.5, 2.0, -1.0, 0.0, 0.5, 1.5], statistics over time"
    for wrong in ([0.0] * 5, [9.0] * 6):
        with pytest.raises(Exception, match="tips"):
            Causality(wrong)


def amounts(page):
    return [page.locator(f"{W} [data-gn-value='moved[{t}]']").text_content() for t in range(6)]


def test_by_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert amounts(page) == ["0.00"] * 6
    page.focus(f"{W} [data-gn-grip=tip-5]")
    page.keyboard.press("End")
    assert amounts(page) == [shown(value, 2) for value in view(LIFTED, "time")["moved"]]
    page.check(f"{W} [data-gn-over=token]")
    assert amounts(page)[:5] == ["0.00"] * 5
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert amounts(again) == [shown(value, 2) for value in view(LIFTED, "token")["moved"]]
    again.click(f"{W} [data-gn-do=reset]")
    assert amounts(again) == ["0.00"] * 6
