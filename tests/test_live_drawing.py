"""What the page draws under code that ran: the wrong cells are marked, and the sets are those of the exercises."""

import inspect
import json
import random
import subprocess

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from browser import run_module, until

from gn_edu.data import hand_tensor
from gn_edu.exercises import ch11_where_you_meet_it, sheet1_sets, sheet2_forward, sheet3_inputs, sheet4_backward
from gn_edu.exercises.exercise import plain
from gn_edu.exercises.sentences import as_text
from gn_edu.exercises.sets import set_labels
from gn_edu.exercises.values import Array
from gn_edu.exercises.wrong_norms import SETS, group_norm
from gn_edu_site.node import node_path
from scripts.audit import AXE
from scripts.paths import ROOT

PAGE = ROOT / "gn_edu_site" / "live_page"
BUNDLE = """
import * as esbuild from "esbuild";
import { PLUGINS, SETTINGS } from "./gn_edu/widgets/bundle.mjs";
const contents = `export * from "./drawing.js"; export * from "../../gn_edu/widgets/src/shared/i18n.js";
  import "./drawing.css";`;
const stdin = { contents, resolveDir: "gn_edu_site/live_page" };
const settings = { ...SETTINGS, stdin, plugins: PLUGINS, format: "iife", globalName: "drawing", outdir: "out" };
const { outputFiles } = await esbuild.build({ ...settings, write: false });
const texts = outputFiles.map(({ path, text }) => [path.split(".").pop(), text]);
process.stdout.write(JSON.stringify(Object.fromEntries(texts)));
"""
WAYS = {name: [w["sets"] for w in ways if w["sets"] != "in memory"] for name, ways in SETS.items()}


def as_json(value):
    if isinstance(value, Array):
        return {"shape": value.shape, "values": value.values, "dtype": value.dtype}
    return [as_json(one) for one in value] if isinstance(value, list) else value


def numbers(value):
    """All numbers of an answer, in a row."""
    if isinstance(value, Array):
        return value.values
    return [n for one in value for n in numbers(one)] if isinstance(value, list) else [value]


def case_of(exercise, index, answer):
    """The question with this index as page.py gives it, where the reader's function answers like `answer`."""
    probe = exercise.probes(random.Random(0))[index]
    right, yours = (plain(exercise.expected(probe, f)) for f in (exercise.right, answer))
    pairs = zip(numbers(right), numbers(yours), strict=True)
    return {
        "where": as_text(probe.where),
        "arguments": [
            [name, as_json(plain(value))]
            for name, value in zip(inspect.signature(exercise.right).parameters, probe.args, strict=False)
        ],
        "right": as_json(right),
        "yours": as_json(yours),
        "wrong": [i for i, (a, b) in enumerate(pairs) if abs(a - b) > 1e-5 * max(1, abs(a))],
    }


def mistaken(exercise, index, *names):
    """(case, names) of a reader who makes these mistakes."""
    answer = next(f for found, f in exercise.wrong() if found == list(names))
    return case_of(exercise, index, answer), list(names)


FORWARD = {
    "a row": mistaken(sheet2_forward.EX04, 0, "eps-outside-sqrt"),
    "one image": mistaken(sheet2_forward.EX05, 0, "layer-norm"),
    "no mistake about sets": mistaken(sheet2_forward.EX05, 0, "unbiased-var"),
    "two images": mistaken(sheet2_forward.EX05, 1, "over-batch"),
    "some cells": mistaken(sheet2_forward.EX06, 0, "affine-per-group"),
    "(n, c)": mistaken(sheet3_inputs.EX07, 4, "over-batch"),
    "(n, c, l)": mistaken(sheet3_inputs.EX07, 5, "swapped-G"),
}
CASES = FORWARD | {
    "a number": mistaken(sheet1_sets.EX01, 0, "layer-norm"),
    "several parts": mistaken(sheet4_backward.SHEET[0], 0, "unbiased-var"),
    "a gradient": mistaken(sheet4_backward.SHEET[1], 0, "unbiased-var"),
}


@pytest.fixture(scope="module")
def bundle():
    run = [node_path(), "--input-type=module", "-e", BUNDLE]
    built = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return json.loads(built.stdout)


@pytest.fixture
def draw(browser, bundle):
    """draw("drawCase(…)" as JavaScript with the data d, or a list of such) -> a page that holds what it draws."""
    contexts = []

    def draw(expression, data, width=390, scheme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        body = "background: #fff; color: #000" if scheme == "light" else "background: #131416; color: #fff"
        page.set_content(
            f'<!doctype html><html lang="en"><head><title>Drawings</title><style>{bundle["css"]}</style></head>'
            f'<body data-theme="{scheme}" style="{body}; margin: 16px"><main><h1>Drawings</h1></main></body></html>'
        )
        page.add_script_tag(content=bundle["js"])
        page.evaluate(
            f"(d) => {{ const tr = drawing.translator(null);"
            f" document.querySelector('main').append(...[{expression}].flat()); }}",
            data,
        )
        return page

    yield draw
    for context in contexts:
        context.close()


CASE = "drawing.drawCase(d.case, { tr, mistakes: d.names })"
ALL = "d.map(([c, mistakes]) => drawing.drawCase(c, { tr, mistakes }))"
VALUES = "drawing.drawValues(d, { tr })"


def of(case_and_names):
    return dict(zip(("case", "names"), case_and_names, strict=True))


def places(page, which, block="last"):
    """Which cells of a block carry a look, by their places."""
    blocks = page.locator(".gn-drawn-block")
    return sorted(
        getattr(blocks, block).locator(f".gn-drawn-cell{which}").evaluate_all("l => l.map(e => +e.dataset.cell)")
    )


def said(page):
    return page.locator(".gn-live-text").inner_text()


# ---- sets


@pytest.mark.parametrize("shape", [(2, 4, 2, 3), (1, 4, 1, 2), (3, 6), (2, 6, 5), (2, 8, 2, 4)], ids=str)
def test_sets_are_those_of_the_exercises(shape):
    script = "d.asked.map(([groups, sets]) => w.setLabels(d.shape, groups, sets))"
    asked = [(g, sets) for g in (1, 2, shape[1]) for sets in ("ng", *(s for ways in WAYS.values() for s in ways))]
    for (groups, sets), found in zip(
        asked, run_module(PAGE / "sets.js", script, shape=shape, asked=asked), strict=True
    ):
        try:
            want = set_labels(shape, groups, sets).flatten().tolist()
        except ValueError:
            want = None
        assert found == want, (groups, sets)


def test_every_mistake_about_sets_is_known_in_all_its_ways():
    found = run_module(PAGE / "sets.js", "w.SETS")
    assert {name: [tuple(s) if isinstance(s, list) else s for s in ways] for name, ways in found.items()} == WAYS


def partners(labels, i):
    flat = labels.flatten()
    return [k for k, label in enumerate(flat.tolist()) if label == flat[i]]


def with_sets(shape, sets):
    """(case, sets) of a reader whose code averages over other sets; None where that can't be, or changes nothing."""
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    try:
        right, yours = group_norm(x, 2), group_norm(x, 2, sets=sets)
    except ValueError:
        return None
    wrong = (right - yours).abs().flatten().gt(1e-5).nonzero().flatten().tolist()
    arguments = [["x", as_json(plain(x))], ["num_groups", 2], ["eps", 1e-5]]
    answers = {"right": as_json(plain(right)), "yours": as_json(plain(yours)), "wrong": wrong}
    return {"where": "images", "arguments": arguments, **answers} if wrong else None


@pytest.mark.parametrize("name", WAYS)
def test_the_sets_drawn_are_group_norms_and_the_mistakes(draw, name):
    ways = [(shape, sets) for shape in ((2, 4, 2, 2), (1, 8, 2, 2)) for sets in WAYS[name]]
    made = [(case, shape, sets) for shape, sets in ways if (case := with_sets(shape, sets))]
    assert made
    page = draw(ALL, [[case, ["no-eps", name]] for case, _, _ in made])
    for at, (case, shape, sets) in enumerate(made):
        drawing = page.locator(".gn-drawn").nth(at)
        for i in (case["wrong"][0], case["wrong"][-1]):
            drawing.locator(".gn-drawn-block").last.locator(f"[data-cell='{i}']").click()
            want = partners(set_labels(shape, 2, sets), i)
            assert places(drawing, ".lit", "first") == partners(set_labels(shape, 2), i)
            assert places(drawing, ".taken", "first") == want, sets
            assert places(drawing, ".lit, .taken") == []  # averaged are numbers of x
            assert f"Your code averages {len(want)}, to " in said(drawing)


# ---- what is marked, and what is said


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("a row", "a number", "several parts")])
def test_wrong_cells_and_no_others_are_marked(draw, name):
    case, names = CASES[name]
    page = draw(CASE, {"case": case, "names": names})
    assert places(page, ".wrong") == case["wrong"] and case["wrong"]
    cells = page.locator(".gn-drawn-block").last.locator(".gn-drawn-cell")
    for cell in cells.all():
        i = int(cell.get_attribute("data-cell"))
        texts = [t.replace("−", "-").strip("✗✓ ") for t in cell.locator(".yours, .right").all_inner_texts()]
        shown = texts or [cell.inner_text().replace("−", "-")]
        want = [case["yours"], case["right"]] if texts else [case["right"]]
        assert [float(t) for t in shown] == pytest.approx([answer["values"][i] for answer in want], abs=6e-3)
        assert len(set(shown)) == len(shown) == 1 + (i in case["wrong"])
        assert ("✗" in cell.inner_text()) == ("✓" in cell.inner_text()) == (i in case["wrong"])


def test_the_first_wrong_cell_is_said_in_words(draw):
    page = draw(CASE, of(CASES["one image"]))
    assert said(page) == (
        "The cell in image 1, channel 1, pixel 1: right is −1, you give −0.7276."
        " Group norm averages 4 cells of x here, to 7. Your code averages 8, to 6.5."
    )
    first = page.locator(".gn-drawn-cell.wrong").first
    assert first.get_attribute("aria-label") == said(page).split(" Group")[0]
    assert places(page, ".chosen") == [0]


def test_where_a_mask_leaves_values_out_no_sets_of_group_norm_are_shown(draw):
    page = draw(CASE, of(mistaken(ch11_where_you_meet_it.MASKED, 0, "padding-counted")))
    assert page.locator(".gn-drawn-cell.wrong").count() and not page.locator(".lit, .taken").count()
    assert "averages" not in page.locator("main").inner_text()


def test_rows_and_numbers_stand_in_a_table(draw):
    page = draw(CASE, of(CASES["a row"]))
    rows = page.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows][0] == ["1", "2", "−0.667", "✗ −0.286"]
    assert "Number 1: right is −0.6667, you give −0.2857." in page.locator(".gn-drawn").inner_text()
    page = draw(CASE, of(CASES["a number"]))
    assert page.locator("tbody tr").all_inner_texts() == ["6\t✗ 2"]
    assert "Right is 6, you give 2." in page.locator(".gn-drawn").inner_text()


def test_only_the_parts_that_are_wrong_are_drawn(draw):
    case, names = CASES["several parts"]
    before = len(case["right"][0]["values"])
    assert all(i >= before for i in case["wrong"])  # the mean is right
    page = draw(CASE, {"case": case | {"parts": ["mean", "variance"]}, "names": names})
    assert page.locator(".gn-drawn-title b").all_inner_texts() == ["variance"]
    assert places(page, ".wrong") == [i - before for i in case["wrong"]]


def test_numbers_with_names_stand_in_rows_of_their_own(draw):
    case = {"where": "here", "arguments": [], "right": [0.003125, 4800], "yours": [0.05, 4800], "wrong": [0]}
    page = draw(CASE, {"case": case | {"parts": ["the learning rate", "the updates"]}, "names": []})
    rows = page.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["the learning rate", "0.003125", "✗ 0.05"],
        ["the updates", "4800", "4800"],
    ]
    assert "the learning rate: right is 0.003125, you give 0.05." in page.locator(".gn-drawn").inner_text()
    assert page.locator("b").count() == 0


def array(*values, shape=None):
    return {"shape": shape or [len(values)], "values": list(values), "dtype": "float64"}


def drawn_text(draw, **case):
    full = {"where": "here", "arguments": [], "yours": None, "wrong": [], **case}
    return draw(CASE, {"case": full, "names": []}).locator(".gn-drawn").inner_text()


def test_answers_of_any_kind(draw):
    text = drawn_text(draw, right=array(1.0, 2.5), yours=array("nan", "-inf"), wrong=[0, 1])
    assert "✗ nan" in text and "✗ −∞" in text
    text = drawn_text(draw, right=array(1.0, 2.5), yours=array(1.0, 2.5, shape=[2, 1]), wrong=[0, 1])
    assert "Right is the shape (2,), you give (2, 1)." in text
    text = drawn_text(draw, right=array(*range(6), shape=[1, 3, 1, 2]))
    assert "the right answer" in text and "✗" not in text and "The cell in image 1" in text
    text = drawn_text(draw, right=6, yours="6", wrong=[0])
    assert "✗ '6'" in text and "Right is 6, you give '6'." in text
    text = drawn_text(draw, right=[1.0, 2.0], yours=[1.0, 2.0000001], wrong=[1])
    assert "✗ 2.0000001" in text
    text = drawn_text(draw, right=array(True, False, True, True, shape=[2, 2]), yours=array(*[True] * 4, shape=[2, 2]))
    assert "The cell in row 1, column 1" in text and "False" in text
    text = drawn_text(draw, right=array(*range(66), shape=[66]), yours=array(*range(66), shape=[66]))
    assert "66 numbers are too many to draw." in text


def test_a_question_too_large_to_draw_shows_the_sets_alone(draw):
    page = draw("drawing.drawSets(d, { tr })", ["no-eps", "interleaved"])
    page.locator("[data-cell='5']").click()
    assert places(page, ".lit") == partners(set_labels((2, 4, 2, 2), 2), 5)
    assert places(page, ".taken") == partners(set_labels((2, 4, 2, 2), 2, "every G-th"), 5)
    assert said(page) == "The cell in image 1, channel 2, pixel 2: group norm averages 8 cells, your code 8."
    page = draw(
        "[drawing.drawSets(d[0], { tr }), drawing.drawSets(d[1], { tr })].filter(Boolean)", [["no-eps"], ["wrong-axes"]]
    )
    assert page.locator(".gn-drawn").count() == 0


# ---- hands


def test_keys_mouse_and_finger(draw):
    case, names = CASES["two images"]
    page = draw(CASE, {"case": case, "names": names}, has_touch=True)
    grids = page.get_by_role("grid")
    assert grids.count() == 2
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # a block is one stop
    focused = "document.activeElement.dataset.cell + document.activeElement.closest('[role=grid]').ariaLabel"
    assert page.evaluate(focused) == "2your answer"  # where it is farthest off
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "3your answer" and places(page, ".chosen") == [3]
    assert "image 1, channel 2, pixel 2" in said(page)
    page.keyboard.press("ArrowDown")  # from the lowest pixel to the image below
    assert page.evaluate(focused) == "10your answer" and "image 2, channel 2, pixel 1" in said(page)
    lit = places(page, ".lit", "first")
    grids.first.locator("[data-cell='4']").hover()
    assert places(page, ".chosen") == [4] and places(page, ".lit", "first") == [4, 5, 6, 7] != lit
    page.mouse.move(1, 1)
    until(page, "document.querySelectorAll('.chosen')[1].dataset.cell !== '4'")
    grids.last.locator("[data-cell='12']").tap()
    assert places(page, ".chosen") == places(page, ".chosen", "first") == [12]
    assert "image 2, channel 3" in said(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_all(draw, scheme):
    for width in (390, 1280):
        page = draw(ALL, list(CASES.values()), width=width, scheme=scheme)
        page.evaluate(
            "(d) => document.querySelector('main').append(drawing.drawValues(d, { tr: drawing.translator() }))",
            chapter(),
        )
        found = Axe().run(page, options=AXE).response["violations"]
        assert not found, [(v["id"], v["nodes"][0]["html"][:200]) for v in found]


def test_on_a_phone_nothing_is_small_or_sticks_out(draw):
    page = draw(ALL, list(CASES.values()))
    page.add_style_tag(content="main { width: 305px }")  # what the card of an exercise leaves
    page.evaluate(
        "(d) => document.querySelector('main').append(drawing.drawValues(d, { tr: drawing.translator() }))", chapter()
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = page.locator(".gn-drawn *").evaluate_all(
        "(all) => all.filter((e) => e.textContent && e.checkVisibility())"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 11
    cells = page.locator(".gn-drawn [data-cell]")
    assert all(cells.evaluate_all("(all) => all.map((e) => e.scrollWidth <= e.clientWidth + 1)"))
    assert all(cells.evaluate_all("(all) => all.map((e) => e.offsetWidth >= 24 && e.offsetHeight >= 24)"))


# ---- values of a chapter's cell


def chapter(axes=(2, 3, 4)):
    """What the cell of chapter 3 computes, with means over these axes."""
    x = hand_tensor()
    grouped = x.unflatten(1, (2, 2))
    mean = grouped.mean(axes, keepdim=True)
    fast = ((grouped - mean) / ((grouped - mean).square().mean(axes, keepdim=True) + 1e-5).sqrt()).flatten(1, 2)
    return {name: as_json(plain(t)) for name, t in {"x": x, "grouped": grouped, "mean": mean, "fast": fast}.items()}


@pytest.mark.parametrize(
    "axes", [(2, 3, 4), (1, 3, 4), (0, 2, 3, 4), (1, 2, 3, 4), (3, 4), (2,), (0, 1, 2, 3, 4)], ids=str
)
def test_a_mean_shows_which_numbers_it_is_over(draw, axes):
    drawn = chapter(axes)
    page = draw(VALUES, drawn)
    titles = page.locator(".gn-drawn-title b").all_inner_texts()
    assert [title.split()[0] for title in titles] == ["x", "mean", "fast"]  # grouped has the numbers of x
    letters = "".join(letter for axis, letter in enumerate("ngkhw") if axis not in axes)
    labels = set_labels((2, 4, 1, 2), 2, letters)
    page.locator(".gn-drawn-block").last.locator("[data-cell='5']").click()
    want = partners(labels, 5)
    assert places(page, ".lit", "first") == places(page, ".lit") == want
    assert f"is over {len(want)} numbers of x." in said(page)
    (chosen,) = page.locator(".gn-drawn-block").nth(1).locator(".chosen").all()
    assert float(chosen.inner_text()) == pytest.approx(hand_tensor().flatten()[want].mean().item(), abs=1e-3)
    chosen.click()
    assert places(page, ".lit", "first") == want and f"It is the mean of {len(want)} numbers of x." in said(page)


def test_what_is_no_mean_shows_no_set(draw):
    drawn = chapter()
    drawn["mean"]["values"] = [value + 1 for value in drawn["mean"]["values"]]
    page = draw(VALUES, drawn)
    assert places(page, ".lit") == places(page, ".lit", "first") == []
    assert "numbers of x" not in said(page)


def test_values_of_any_kind(draw):
    page = draw("drawing.drawValue(d, { tr, name: 'n' })", 0.25)
    assert page.locator(".gn-drawn").inner_text() == "n = 0.25"
    page = draw("drawing.drawValue(d, { tr, name: 'v' })", array(2, 6))
    assert page.locator("tbody tr").all_inner_texts() == ["1\t2", "2\t6"]
    page = draw("drawing.drawValue(d, { tr, name: 'big' })", array(*range(72), shape=[2, 6, 6]))
    assert page.locator(".gn-drawn").inner_text() == "big (2, 6, 6) 72 numbers are too many to draw."
