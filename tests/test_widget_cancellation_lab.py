"""W5: the record is what the formulas give; the widget shows the record and judges it; driven by mouse and keyboard."""

import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from browser import number, run_module
from hands import Hand

from gn_edu.records import measured
from gn_edu.widgets.base import STATIC, module
from gn_edu.widgets.cancellation_lab import CancellationLab
from scripts.record_cancellation import FORMULAS

PAGE = "notebooks/ch06_numerics.html"
W = "[data-gn-widget=cancellation_lab]"
STEP = ("[data-gn-grip=offset]", "ArrowRight")
HAND = Hand(
    page=PAGE,
    name="lab",
    grip="[data-gn-grip=offset]",
    by=(180, 0),
    key="ArrowRight",
    shows=".gn-lab .drawn",
    point=(("[data-gn-grip=offset]", "End"), ("[data-gn-grip=offset]", "ArrowLeft")),
    reached="w.querySelector('.gn-lab .said').textContent.includes('its root is NaN')",
)
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


TYPES = {"float32": np.float32, "float16": np.float16}
LARGEST = {dtype: float(np.finfo(one).max) for dtype, one in TYPES.items()}


def neighbours(lo, hi, one):
    """All numbers of the type from lo to hi, one after the other."""
    found, v = [], one(lo)
    if float(v) < lo:
        v = np.nextafter(v, one(np.inf))
    while float(v) <= hi and np.isfinite(v):
        found.append(float(v))
        v = np.nextafter(v, one(np.inf))
    return found


def test_steps_are_those_of_numpy():
    generator = np.random.RandomState(0)
    values = [*np.exp(generator.uniform(-12, 11, 400)), 1.0, 2.0, 4096.0, 65472.0, 1e-7, 6e-8, 1e8]
    for dtype, one in TYPES.items():
        # Below a power of two a value may round up to it, where the next step is another one: take numbers of the type.
        held = [float(one(v)) for v in values if v < LARGEST[dtype]]
        got = run_module(module("cancellation_lab"), "d.held.map((v) => w.spacing(v, d.dtype))", held=held, dtype=dtype)
        assert got == [float(np.spacing(one(v))) for v in held]
    assert run_module(module("cancellation_lab"), "Number.isNaN(w.spacing(65505, 'float16'))")


TEXTS = STATIC.parent / "src" / "cancellation_lab" / "texts.js"
WORDS = "(text, values = {}) => text.replace(/\\{(\\w+)\\}/g, (_, key) => values[key])"  # leaves English as it is


def asked_of_all():
    """The states of all rows, and the record."""
    data = {key: measured("cancellation")[key] for key in ("m", "eps", "rows")}
    return {"asked": [{key: row[key] for key in ("dtype", "offset", "seed")} for row in ROWS], "data": data}


def is_off(row, key):
    """By ten percent or more, or no number."""
    return not abs(value(row[key]) / row["true"] - 1) < 0.1


def words_of(row, key):
    answer, truth = written(row[key], 2), written(row["true"], 2)
    if answer == truth:
        return answer
    return f"{answer} instead of {truth}" + (": its root is NaN" if value(row[key]) < 0 else "")


def test_answers_say_what_would_be_right():
    seen = run_module(
        module("cancellation_lab"), "d.asked.map((s) => w.view({ ...s, data: d.data }))", **asked_of_all()
    )
    for row, said in zip(
        ROWS, run_module(TEXTS, f"d.seen.map((s) => w.answersOf(s, {WORDS}))", seen=seen), strict=True
    ):
        assert said == [
            f"E[x²] − E[x]² = {words_of(row, 'naive')}",
            f"two passes: {words_of(row, 'two_pass')}",
        ]
    at = {(row["offset"], row["seed"]): words_of(row, "naive") for row in ROWS if row["dtype"] == "float32"}
    assert at[4000, 0] == "13 instead of 0.98" and at[100_000, 0] == "4,096 instead of 0.98"
    assert at[10_000, 0] == "−8 instead of 0.98: its root is NaN"


@pytest.mark.parametrize("width", [700, 310])
def test_two_passes_stay_in_the_middle_of_the_ruler_while_the_squares_fly_off(width):
    """In float32 their bracket is the true variance's at every offset; the first formula's way is many times longer."""
    script = """d.asked.map((state) => {
      const seen = w.view({ ...state, data: d.data }), { x } = w.scaleOf(seen, state.dtype, d.width);
      const { exact, row } = seen;
      return [exact[1], exact[1] + Number(row.two_pass), exact[0], ...row.squares.map(Number)].map(x);
    })"""
    apart = []
    for row, places in zip(
        ROWS, run_module(module("cancellation_lab"), script, width=width, **asked_of_all()), strict=True
    ):
        if row["dtype"] != "float32":
            continue
        left, right, truth, square, squared = places
        assert (left + right) / 2 == pytest.approx(width / 2, abs=0.5) and right == pytest.approx(truth, abs=0.5)
        if row["offset"] >= 4000 and row["naive"]:
            assert abs(square - squared) > 2 * (right - left)
        apart.append(abs((square + squared) / 2 - width / 2))
    assert max(apart) > width / 20


def test_the_step_that_is_said_is_the_one_at_the_number_that_is_said():
    data = {key: measured("cancellation")[key] for key in ("m", "eps", "rows")}
    rows = [row for row in ROWS if row["true_squares"][0] <= LARGEST[row["dtype"]]]
    asked = [{key: row[key] for key in ("dtype", "offset", "seed")} for row in rows]
    seen = run_module(
        module("cancellation_lab"), "d.asked.map((s) => w.view({ ...s, data: d.data }))", asked=asked, data=data
    )
    script = f"d.asked.map((s, k) => w.sentence({{ ...d.seen[k], naive: 0 }}, s, {WORDS}))"  # not what came out
    for row, now, said in zip(rows, seen, run_module(TEXTS, script, asked=asked, seen=seen), strict=True):
        near = float(re.match(r"Near ([\d,.]+), ", said)[1].replace(",", ""))
        assert near == pytest.approx(row["true_squares"][0], abs=0.5)
        assert now["step"] == float(np.spacing(TYPES[row["dtype"]](near)))


RULER = """d.asked.map((state) => {
  const seen = w.view({ ...state, data: d.data }), scale = w.scaleOf(seen, state.dtype, d.width);
  const { exact, step, from, to, row } = seen;
  const places = [...exact, ...row.squares].map((v) => (typeof v === "number" ? scale.x(v) : null));
  return { exact, step, from, to, places, ticks: scale.ticks, unit: scale.unit };
})"""


@pytest.mark.parametrize("width", [700, 310])
def test_ticks_are_the_numbers_of_the_type_and_hold_the_squares(width):
    data = {key: measured("cancellation")[key] for key in ("m", "eps", "rows")}
    asked = [{key: row[key] for key in ("dtype", "offset", "seed")} for row in ROWS]
    drawn = 0
    for row, got in zip(
        ROWS, run_module(module("cancellation_lab"), RULER, asked=asked, data=data, width=width), strict=True
    ):
        one = TYPES[row["dtype"]]
        if row["true_squares"][0] > LARGEST[row["dtype"]]:
            assert got["ticks"] is None and got["step"] is None  # JSON's NaN
            continue
        assert got["step"] == float(np.spacing(one(row["true_squares"][0])))
        # Both truths and what came out, unless it is infinite, stand inside, and the variance is in proportion.
        places = [place for place in got["places"] if place is not None]
        assert all(0 < place < width for place in places)
        right, left = got["places"][:2]
        assert right - left == pytest.approx(row["true"] * got["unit"], rel=1e-2, abs=1e-3)
        if got["ticks"] is None:
            assert got["step"] * got["unit"] < 3
            continue
        drawn += 1
        aside = got["from"] - 52 / got["unit"]
        assert got["ticks"] == neighbours(max(aside, 0), got["to"] + 52 / got["unit"], one)
        assert all(square in got["ticks"] for square in row["squares"] if not isinstance(square, str))
    assert drawn >= 40


def test_the_squares_that_are_subtracted_are_those_of_numpy():
    with np.errstate(all="ignore"):
        for row in ROWS[::7]:
            one = TYPES[row["dtype"]]
            x = [one(v) for v in np.random.RandomState(row["seed"]).standard_normal(256) + row["offset"]]
            total = square = one(0)
            for v in x:
                total, square = one(total + v), one(square + one(v * v))
            mean = one(total / one(256))
            got = [one(square / one(256)), one(mean * mean)]
            np.testing.assert_array_equal(got, [value(v) for v in row["squares"]])
            np.testing.assert_array_equal(one(got[0] - got[1]), value(row["naive"]))
            exact = [Fraction(float(v)) for v in x]
            assert row["true_squares"] == [float(sum(v**2 for v in exact) / 256), float((sum(exact) / 256) ** 2)]


def test_rounding_alone_gives_no_negative_number_but_rounded_sums_do():
    """Why the ruler shows where the sums come to stand, and not the nearest ticks: rounding keeps the order."""
    for row in ROWS:
        one = TYPES[row["dtype"]]
        with np.errstate(over="ignore"):
            square, squared = (one(v) for v in row["true_squares"])
        assert square >= squared
    assert sum(row["squares"][0] < row["squares"][1] for row in ROWS if row["dtype"] == "float32") >= 5


def written(stored, decimals=4):
    if isinstance(stored, str):
        return {"inf": "∞", "nan": "NaN"}[stored]
    if abs(stored) >= 1000 or stored == int(stored):
        return f"{stored:,.0f}".replace("-", "−")
    # As JavaScript's toFixed has it: a half goes up.
    return str(Decimal(stored).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)).replace("-", "−")


PALETTE = json.loads((STATIC.parent.parent / "palette.json").read_text())["light"]
BAD = tuple(bytes.fromhex(PALETTE["bad"][1:]))


def colour(text):
    return tuple(int(part) for part in re.findall(r"\d+", text.evaluate("(e) => getComputedStyle(e).fill")))


def assert_shows(page, dtype, offset, seed):
    row = next(r for r in ROWS if (r["dtype"], r["offset"], r["seed"]) == (dtype, offset, seed))
    for key in ("true", *KEYS):
        assert page.locator(f"{W} [data-gn-value='{key}']").text_content() == written(row[key])
    naive = written(row["naive"], 2)
    answers = f"E[x²] − E[x]² = {words_of(row, 'naive')}", f"two passes: {words_of(row, 'two_pass')}"
    for selector, key, answer in zip((".said", ".two-said"), ("naive", "two_pass"), answers, strict=True):
        text = page.locator(f"{W} .gn-lab {selector}")
        assert text.text_content() == answer
        assert (colour(text) == BAD) == is_off(row, key), "red is for what is wrong"
    said = page.locator(f"{W} .gn-live-text").text_content()
    assert said.endswith(f" {answers[0]}; {answers[1]}.")  # for who hears it
    if row["true_squares"][0] <= LARGEST[dtype] and naive != "∞":
        step = float(np.spacing(TYPES[dtype](row["true_squares"][0])))
        assert f"{written(step) if step >= 1 else f'{step:.3g}'} apart" in said or step < 1e-3
    return row


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert_shows(page, "float32", 0, 0)
    grip = page.locator(f"{W} [data-gn-grip=offset]")
    assert "drag me" in grip.text_content()
    grip.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert "drag me" not in grip.text_content()
    assert_shows(page, "float32", 10_000, 0)
    assert grip.get_attribute("aria-valuetext") == "10,000"
    page.click(f"{W} [data-gn-fold=formulas] summary")
    assert number(page, "naive_badge", "cancellation_lab") == "NaN"
    assert number(page, "two_pass_badge", "cancellation_lab") == "fine"
    page.click(f"{W} [data-gn-do=draw]")
    assert_shows(page, "float32", 10_000, 1)
    page.check(f"{W} [data-gn-dtype=float16]")
    assert_shows(page, "float16", 1000, 1)  # the nearest recorded offset
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert_shows(again, "float16", 1000, 1)
    page.click(f"{W} [data-gn-do=reset]")
    assert_shows(page, "float32", 0, 0)


def xs(page, selector):
    """Where the parts of the drawing stand across it, in its own pixels."""
    return [
        page.locator(f"{W} .gn-lab {one}").evaluate("(e) => { const b = e.getBBox(); return b.x + b.width / 2; }")
        for one in selector
    ]


def test_the_ruler_shows_what_is_subtracted_a_step_to_the_left(widget_page):
    page = widget_page(PAGE)
    grip = page.locator(f"{W} [data-gn-grip=offset]")
    grip.scroll_into_view_if_needed()
    disc = page.locator(f"{W} [data-gn-grip=offset] .disc").bounding_box()
    track = page.locator(f"{W} .gn-lab .track").bounding_box()
    start = disc["x"] + disc["width"] / 2, disc["y"] + disc["height"] / 2
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + track["width"] * 3.6 / 4.6, start[1], steps=6)  # 0 is 0.6 powers of ten before 10
    page.mouse.up()
    row = assert_shows(page, "float32", 10_000, 0)
    assert row["naive"] == -8
    drawn = page.locator(f"{W} .gn-lab .drawn").text_content()
    assert "a step is 8" in drawn and "landed here after 256 additions, each rounded" in drawn
    marks = page.locator(f"{W} .gn-lab .marks").nth(1).get_attribute("d")
    ticks = [float(v.split(" ")[0]) for v in marks.split("M")[1:]]
    square, squared = xs(page, [".landed:not(.hollow)", ".landed.hollow"])
    assert min(abs(t - square) for t in ticks) < 0.3 and min(abs(t - squared) for t in ticks) < 0.3
    assert square - squared == pytest.approx(-(ticks[1] - ticks[0]), abs=0.3)
    bracket = page.locator(f"{W} .gn-lab .true").evaluate("(e) => e.getBBox().width")
    assert bracket == pytest.approx((ticks[1] - ticks[0]) * row["true"] / 8, abs=0.2)
    # The ruler says how far it zoomed out: the steps that it shows, or the way of the sums, against 2.2 variances.
    span = (ticks[1] - ticks[0]) / 8  # pixels of 1
    times = round((page.locator(f"{W} .gn-lab .body").bounding_box()["width"] - 103) / span / (2.2 * row["true"]))
    assert times > 30 and f"zoomed out {times} times" in drawn


def test_two_passes_are_drawn_where_they_were_while_the_other_formula_explodes(widget_page):
    page = widget_page(PAGE)
    grip = page.locator(f"{W} [data-gn-grip=offset]")
    grip.focus()
    box = "(e) => { const b = e.getBBox(); return [b.x + b.width / 2, b.width]; }"
    seen = {}
    for offset in (0, 10, 30, 100, 300, 1000, 2000, 4000, 10_000, 30_000, 100_000):
        row = assert_shows(page, "float32", offset, 0)
        two, true, way = (page.locator(f"{W} .gn-lab {one}").evaluate(box) for one in (".two", ".true", ".way"))
        assert two == pytest.approx(true, abs=0.2)
        seen[offset] = two[0], way[0]
        if two[1] > 5:  # drawn to tenths of a pixel
            assert way[1] == pytest.approx(
                abs(row["naive"]) / row["two_pass"] * two[1], rel=0.1, abs=9
            )  # less its head
        else:
            assert offset >= 10_000 and way[1] > 40
        page.keyboard.press("ArrowRight")
    middles, ways = zip(*seen.values(), strict=True)
    assert max(middles) - min(middles) < 1 and max(ways) - min(ways) > 40
    assert "zoomed out" in page.locator(f"{W} .gn-lab .drawn").text_content()
    page.click(f"{W} [data-gn-do=reset]")
    assert "zoomed out" not in page.locator(f"{W} .gn-lab .drawn").text_content()
