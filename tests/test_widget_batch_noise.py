"""W2: the population is the documented one, the statistics are torch's, Group Norm's digits never move."""

import pytest
import torch
from browser import VIEW, number, run_module, shown
from seeded import normal, uniform
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.batch_noise import BatchNoise

PAGE = "notebooks/ch02_batch_norm.html"
STEM = "batch_noise"
W = f"[data-gn-widget={STEM}]"
BATCHES = (1, 2, 4, 8, 16, 32, 64)


def ask(**changes):
    return {"batch": 2, "correlation": 0.3, "mode": "training", "draw": 0, **changes}


@pytest.fixture(scope="module")
def images():
    """(256, 2, 33): of every image and channel the level, then 32 pixels."""
    return torch.from_numpy(normal(9, 256 * 2 * 33)).view(256, 2, 33)


@pytest.fixture(scope="module")
def rows():
    return torch.from_numpy(uniform(5, 2000 * 64) * 256).long().view(2000, 64)


def pixels(images, correlation):
    level, own = images[..., :1], images[..., 1:]
    return correlation**0.5 * level + (1 - correlation) ** 0.5 * own


def test_the_population_is_exactly_the_documented_one(images, rows):
    found = run_module(module(STEM), "[w.population(),w.batches().map((r)=>[...r])]")
    got = [[[channel["level"], *channel["own"]] for channel in image] for image in found[0]]
    assert got == images.tolist()
    assert found[1] == rows.tolist()


@pytest.mark.parametrize("correlation", [0, 0.3, 0.7, 1])
def test_outputs_are_torchs(images, rows, correlation):
    asked = [ask(batch=n, correlation=correlation, draw=d) for n in BATCHES for d in (0, 7, 199)]
    x = pixels(images, correlation)
    for case, got in zip(asked, run_module(module(STEM), VIEW, cases=asked), strict=True):
        members = [0, *rows[case["draw"], 1 : case["batch"]].tolist()]
        batch = x[members].unsqueeze(-1)
        want = F.batch_norm(batch, None, None, training=True, eps=1e-5)[0, 0].flatten()
        torch.testing.assert_close(torch.tensor(got["bn"], dtype=torch.float64), want, rtol=1e-6, atol=1e-6)
        alone = F.group_norm(batch[:1], 1, eps=1e-5)[0, 0].flatten()
        torch.testing.assert_close(torch.tensor(got["gn"], dtype=torch.float64), alone, rtol=0, atol=1e-9)
        assert got["numbers"]["bn"] == pytest.approx(got["bn"][0], abs=1e-9)


def test_group_norm_shows_the_same_digits_a_thousand_times():
    asked = [ask(batch=n, draw=d) for n in BATCHES for d in range(150)]
    assert len(asked) > 1000
    found = run_module(module(STEM), VIEW, cases=asked)
    assert len({repr(got["numbers"]["gn"]) for got in found}) == 1
    assert len({repr(got["numbers"]["bn"]) for got in found}) > 800


@pytest.mark.parametrize("n", [2, 4, 8, 16, 32])
def test_the_variance_that_is_missing(n):
    """(N - 1)/N for independent values; the law of exercise 2.1 for related ones."""
    for correlation in (0, 0.3, 1):
        (got,) = run_module(module(STEM), VIEW, cases=[ask(batch=n, correlation=correlation)])
        law = 1 - (1 + 31 * correlation) / 32 / n
        assert got["numbers"]["ratio"] == pytest.approx(law, abs=0.02)


def test_noise_falls_with_the_batch_and_evaluation_stands_still():
    by_batch = run_module(module(STEM), VIEW, cases=[ask(batch=n) for n in BATCHES[1:]])
    for key in ("mean_noise", "inverse_noise"):
        values = [got["numbers"][key] for got in by_batch]
        assert values == sorted(values, reverse=True) and values[0] > 3 * values[-1]
    still = run_module(module(STEM), VIEW, cases=[ask(mode="evaluation", draw=d) for d in range(20)])
    assert len({got["numbers"]["bn"] for got in still}) == 1
    first = still[0]["numbers"]
    assert first["bn"] == first["frozen"] and abs(first["frozen"] - first["typical"]) > 0.1


def test_a_set_of_equal_values_is_explained():
    flat = [ask(batch=1, correlation=1), ask(batch=1, correlation=1, mode="evaluation")]
    found = run_module(module(STEM), VIEW, cases=flat)
    assert found[0]["numbers"]["bn"] == 0 and all(got["flat"] for got in found)
    said = run_module(module(STEM), "d.cases.map((c)=>w.still(c,null).text)", cases=flat)
    assert "variance is 0" in said[0] and "316" in said[1] and "NaN" not in "".join(said)


def test_python_side():
    assert repr(BatchNoise(8)) == "BatchNoise: batch 8, correlation 0.3, training, draw 0"
    with pytest.raises(Exception, match="batch"):
        BatchNoise(3)


def test_by_mouse_keyboard_and_link(widget_page, images, rows):
    page = widget_page(PAGE)
    x = pixels(images, 0.3)

    def expected(n, draw):
        batch = x[[0, *rows[draw, 1:n].tolist()]].unsqueeze(-1)
        return shown(F.batch_norm(batch, None, None, training=True, eps=1e-5)[0, 0, 0, 0].item())

    gn = number(page, "gn", STEM)
    assert number(page, "bn", STEM) == expected(2, 0)
    for draw in (1, 2, 3):
        page.click(f"{W} [data-gn-do=redraw]")
        assert number(page, "bn", STEM) == expected(2, draw)
    page.focus(f"{W} [data-gn-batch='2']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert number(page, "bn", STEM) == expected(8, 3)
    assert number(page, "gn", STEM) == gn and gn in page.locator(f"{W} .gn-live-text").inner_text()
    page.check(f"{W} [data-gn-mode='evaluation']")
    assert number(page, "bn", STEM) == number(page, "frozen", STEM)
    page.focus(f"{W} [data-gn-correlation]")
    page.keyboard.press("ArrowRight")
    assert number(page, "correlation", STEM) == "0.4"
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert number(again, "bn", STEM) == number(page, "bn", STEM)
    page.click(f"{W} [data-gn-do=reset]")
    assert number(page, "bn", STEM) == expected(2, 0)
