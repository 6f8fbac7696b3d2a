"""W5: the record is what the formulas give; the widget shows the record and judges it; driven by mouse and keyboard."""

import math

import numpy as np
import pytest
from browser import number, run_module

from gn_edu.records import measured
from gn_edu.widgets.base import module
from gn_edu.widgets.cancellation_lab import CancellationLab
from scripts.record_cancellation import FORMULAS

PAGE = "notebooks/ch06_numerics.html"
W = "[data-gn-widget=cancellation_lab]"
ROWS = measured("cancellation")["rows"]
KEYS = ("naive", "two_pass", "welford", "shifted")


def value(stored):
    return float(stored)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_the_record_is_repeated_bit_for_bit(dtype):
    one = getattr(np, dtype)
    rows = [row for row in ROWS if row["dtype"] == dtype and row["seed"] in (0, 3)]
    with np.errstate(all="ignore"):
        for row in rows[::3]:
            draw = np.random.RandomState(row["seed"]).standard_normal(256)
            x = [one(v) for v in draw + row["offset"]]
            for name, formula in FORMULAS.items():
                got = float(formula(x, one))
                assert got == value(row[name]) or (math.isnan(got) and row[name] == "nan"), (row, name)


def test_two_passes_keep_their_digits_and_the_naive_formula_does_not():
    single = [row for row in ROWS if row["dtype"] == "float32"]
    for row in single:
        ratio = row["offset"] / row["true"] ** 0.5
        assert abs((row["two_pass"] / row["true"]) ** 0.5 - 1) <= 2e-6 + 1.2e-7 * ratio
    far = [row for row in single if row["offset"] >= 4000]
    assert all(abs(row["naive"] / row["true"] - 1) > 0.05 for row in far)
    assert any(row["naive"] < 0 for row in far) and any(row["naive"] > 2 for row in far)


def test_verdicts():
    script = "d.ask.map(([v,t])=>w.judge(v,t,1e-5).badge)"
    ask = [[1, 1], [1.001, 1], [0.99, 1], [-8, 1], ["nan", 1], ["inf", 1], [64, 1], [0, 1], [0.1, 1]]
    verdicts = run_module(module("cancellation_lab"), script, ask=ask)
    assert verdicts == ["fine", "fine", "inaccurate", "nan", "nan", "flat", "flat", "loud", "loud"]


def test_python_side():
    assert repr(CancellationLab(offset=10_000)).startswith(
        "CancellationLab: float32, offset 10000, draw 1: variance 0.97"
    )
    with pytest.raises(ValueError, match="the offsets of float16 are"):
        CancellationLab(dtype="float16", offset=4000)


def written(stored):
    if isinstance(stored, str):
        return stored
    return f"{stored:.0f}" if abs(stored) >= 1000 else f"{stored:.4f}"


def assert_shows(page, dtype, offset, seed):
    row = next(r for r in ROWS if (r["dtype"], r["offset"], r["seed"]) == (dtype, offset, seed))
    for key in ("true", *KEYS):
        assert number(page, key, "cancellation_lab") == written(row[key])
    assert f"the variance is {written(row['true'])}" in page.locator(f"{W} .gn-live-text").inner_text()


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert_shows(page, "float32", 0, 0)
    page.focus(f"{W} [data-gn-offset]")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert_shows(page, "float32", 10_000, 0)
    assert number(page, "naive_badge", "cancellation_lab") == "NaN"
    assert number(page, "two_pass_badge", "cancellation_lab") == "fine"
    page.check(f"{W} [data-gn-seed='1']")
    assert_shows(page, "float32", 10_000, 1)
    page.check(f"{W} [data-gn-dtype=float16]")
    assert_shows(page, "float16", 1000, 1)  # the nearest recorded offset
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert_shows(again, "float16", 1000, 1)
    page.click(f"{W} [data-gn-do=reset]")
    assert_shows(page, "float32", 0, 0)
