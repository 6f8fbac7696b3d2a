"""Arranging lines by mouse, thumb and keys, on the pages of the site."""

import json
import subprocess

import pytest
from browser import finger, scrolled, until
from test_live_lines import ARRANGED, lines_of, program, verdict
from test_site import violations

from gn_edu.exercises.exercise import mistakes
from gn_edu_site.node import node_path
from scripts.paths import ROOT

PAGE = "notebooks/exercises/sheet2_forward.html"
CHAPTER = "notebooks/ch04_build.html"
ENTRY = """
import { createLines } from "./gn_edu_site/live_page/lines.js";
import { translator } from "./gn_edu/widgets/src/shared/i18n.js";
globalThis.arrange = (lines, name, place) => {
  globalThis.changes = 0;
  globalThis.made = createLines({ lines, name, tr: translator(null), onChange: () => globalThis.changes++ });
  place.replaceChildren(made.element);
  place.scrollIntoView({ behavior: "instant", block: "center" });
};
"""
BUNDLE = (
    'let text = ""; process.stdin.on("data", (more) => (text += more)).on("end", () =>'
    f' require("{ROOT}/node_modules/esbuild").build({{ stdin: {{ contents: text, resolveDir: "{ROOT}" }}, bundle: true,'
    " write: false, format: 'iife' }).then((built) => process.stdout.write(built.outputFiles[0].text)));"
)
CARDS = (
    "[...document.querySelectorAll('.gn-step')].map((card) => [...card.querySelector('.gn-step-text').querySelectorAll("
    "'.gn-step-row')].map((row) => row.textContent).join(' '))"
)

FOCUSED = "[...document.querySelectorAll('.gn-step-handle')].indexOf(document.activeElement)"


@pytest.fixture(scope="session")
def script():
    return subprocess.run([node_path(), "-e", BUNDLE], input=ENTRY, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def arranged(visit, script):
    """arranged(exercise, **what visit takes) -> a page on which its lines stand in the first exercise."""

    def arranged(name, **options):
        page = visit(PAGE, **options)
        put(page, script, name)
        return page

    return arranged


def put(page, script, name):
    style = (ROOT / "gn_edu_site/live_page/lines.css").read_text(encoding="utf-8")
    page.evaluate(f"document.head.append(Object.assign(document.createElement('style'), {{textContent: `{style}`}}))")
    page.evaluate(script)
    page.evaluate(f"arrange({json.dumps(lines_of(name))}, '{name}', document.querySelector('.gn-exercise .cell'))")
    scrolled(page)


def order(page, name):
    """The blocks by their number, as they stand."""
    numbers = {}
    for k, block in enumerate(lines_of(name)["blocks"]):
        for one in block.get("pair", [block]):
            numbers[" ".join(row.strip() for row in one["text"].split("\n"))] = k
    return [numbers[text] for text in page.evaluate(CARDS)]


def handle(page, place):
    return page.locator(".gn-step-handle").nth(place)


def middle(part):
    box = part.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def moved(numbers, start, end):
    numbers = list(numbers)
    numbers.insert(end, numbers.pop(start))
    return numbers


def source(page):
    return page.evaluate("made.source()")


@pytest.mark.parametrize("name", ARRANGED)
def test_it_starts_in_another_order_and_without_a_choice(arranged, name):
    page = arranged(name)
    started = order(page, name)
    assert all(block != place for place, block in enumerate(started))
    assert sorted(started) == list(range(len(started)))
    assert page.locator(".gn-lines input:checked").count() == 0
    report = verdict(name, source(page))
    assert report.text == "Not attempted yet."


def choose(page, name, which=0, press="Space"):
    """Of each pair the line that is right, or the other."""
    for place, block in enumerate(order(page, name)):
        pair = lines_of(name)["blocks"][block].get("pair")
        if pair:
            wanted = [row.strip() for row in pair[which]["text"].split("\n")]
            for label in page.locator(".gn-step").nth(place).locator("label").all():
                if label.locator(".gn-step-row").all_inner_texts() == wanted:
                    label.locator("input").focus()
                    page.keyboard.press(press)


def put_in_order(page, name):
    """By keys alone."""
    for block in range(len(lines_of(name)["blocks"])):
        place = order(page, name).index(block)
        handle(page, place).focus()
        page.keyboard.press("Space")
        for _ in range(place - block):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")


@pytest.mark.parametrize("name", ARRANGED)
def test_by_keys_alone_the_lines_become_the_right_program(arranged, name):
    page = arranged(name)
    put_in_order(page, name)
    assert "NotImplementedError" in source(page)
    choose(page, name)
    assert source(page) == program(lines_of(name))
    assert page.locator(".gn-lines-lacking").inner_text() == ""


def test_keys_take_move_put_down_and_put_back(arranged):
    page = arranged("ex05")
    said, before = page.locator(".gn-lines-said"), order(page, "ex05")
    handle(page, 2).focus()
    page.keyboard.press("ArrowDown")  # nothing is taken yet: the focus goes on
    page.keyboard.press("Space")
    assert said.inner_text().startswith("Taken from place 4 of 8. Arrow keys")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert said.inner_text() == "Place 2 of 8."
    page.keyboard.press("Space")
    assert said.text_content() == "Put down at place 2 of 8."
    after = order(page, "ex05")
    assert after == moved(before, 3, 1)
    assert page.evaluate(FOCUSED) == 1
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert order(page, "ex05") == moved(after, 1, 2)
    page.keyboard.press("Escape")
    assert (order(page, "ex05"), said.text_content()) == (after, "Back at place 2 of 8.")


def test_a_mouse_carries_a_line_and_the_others_make_room(arranged):
    page = arranged("ex05")
    before, changes = order(page, "ex05"), page.evaluate("changes")
    first, third = (middle(page.locator(".gn-step").nth(k)) for k in (0, 2))
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(first[0], third[1] + 8, steps=5)
    assert page.locator(".gn-lines-slot").is_visible()
    lifted = page.evaluate("[...document.querySelectorAll('.gn-step')].map((e) => e.style.transform !== '')")
    assert lifted == [k <= 2 for k in range(len(before))]
    assert order(page, "ex05") == before
    page.mouse.up()
    assert order(page, "ex05") == moved(before, 0, 2)
    assert page.evaluate("changes") == changes + 1
    assert page.locator(".gn-lines-slot").is_hidden()
    assert page.locator(".gn-lines input:checked, .gn-step-taken").count() == 0  # the click that ends it is none
    page.mouse.down()
    page.mouse.move(first[0], first[1], steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page, "ex05") == moved(before, 0, 2)


def test_every_place_can_be_reached_by_hand(arranged):
    page = arranged("ex04")
    for start in range(5):
        for end in range(5):
            before = order(page, "ex04")
            x, y = middle(handle(page, start))
            here, there = (page.locator(".gn-step").nth(place).bounding_box() for place in (start, end))
            edges = [box["y"] + (box["height"] if end > start else 0) for box in (here, there)]
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x, y + 9, steps=2)
            page.mouse.move(x, y + edges[1] - edges[0] + 8, steps=3)
            page.mouse.up()
            assert order(page, "ex04") == moved(before, start, end), (start, end)


def test_a_thumb_on_the_dots_carries_and_elsewhere_scrolls(arranged):
    page = arranged("ex05", width=390, has_touch=True, is_mobile=True)
    before, start, touch = order(page, "ex05"), page.evaluate("scrollY"), finger(page)
    x, y = middle(handle(page, 1))
    touch("touchStart", (x, y))
    for step in range(1, 11):
        touch("touchMove", (x, y + 10 * step))
    touch("touchEnd")
    after = order(page, "ex05")
    assert (after, scrolled(page)) == (moved(before, 1, after.index(before[1])), start)
    assert after != before
    x, y = middle(page.locator(".gn-step-text").nth(3))
    touch("touchStart", (x, y))
    for step in range(1, 11):
        touch("touchMove", (x, y - 12 * step))
    touch("touchEnd")
    assert scrolled(page) > start + 40
    assert order(page, "ex05") == after


def test_a_tap_takes_a_line_and_a_tap_says_where_it_goes(arranged):
    page = arranged("ex05", width=390, has_touch=True, is_mobile=True)
    before = order(page, "ex05")
    single = next(k for k, block in enumerate(before) if "text" in lines_of("ex05")["blocks"][block])
    paired = next(k for k, block in enumerate(before) if "pair" in lines_of("ex05")["blocks"][block])
    page.locator(".gn-step").nth(single).locator(".gn-step-text").tap()
    assert page.locator(".gn-lines-said").inner_text().endswith("Tap the line whose place it takes.")
    page.locator(".gn-step").nth(paired).locator("label").first.tap()
    after = moved(before, single, paired)
    assert order(page, "ex05") == after
    assert page.locator(".gn-lines input:checked, .gn-step-taken").count() == 0
    place = after.index(before[paired])
    page.locator(".gn-step").nth(place).locator("label").last.tap()  # nothing is taken: it chooses
    assert page.locator(".gn-lines input:checked").count() == 1
    assert page.locator(".gn-step-left").count() == 1
    handle(page, place).tap()
    handle(page, 7).tap()
    assert order(page, "ex05") == moved(after, place, 7)


def test_held_at_the_edge_a_line_takes_the_page_along(arranged):
    page = arranged("4.1", width=390)
    page.set_viewport_size({"width": 390, "height": 500})
    page.evaluate("document.querySelector('.gn-step').scrollIntoView({block: 'center', behavior: 'instant'})")
    before = order(page, "4.1")
    x, y = middle(handle(page, 0))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, 497, steps=4)
    last = "document.querySelector('.gn-step:last-child').getBoundingClientRect()"
    until(page, f"{last}.bottom < 400")
    page.mouse.up()
    assert order(page, "4.1") == moved(before, 0, len(before) - 1)


def test_what_was_arranged_survives_a_reload_until_it_is_reset(arranged, script):
    page = arranged("ex04")
    started = order(page, "ex04")
    choose(page, "ex04", which=1)
    handle(page, 0).focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    left = source(page)
    page.reload()
    put(page, script, "ex04")
    assert (order(page, "ex04"), source(page)) == (moved(started, 0, 1), left)
    page.evaluate("made.reset()")
    assert order(page, "ex04") == started
    assert page.locator(".gn-lines input:checked").count() == 0
    page.evaluate("localStorage.setItem('gn-lines:ex04', JSON.stringify({order: [0, 0, 1], chosen: []}))")
    page.reload()
    put(page, script, "ex04")
    assert order(page, "ex04") == started  # what is kept does not fit these lines


def test_the_line_of_an_error_is_marked_until_something_changes(arranged):
    page = arranged("4.1")
    choose(page, "4.1")
    lines = source(page).split("\n")
    for text in ("return y", "y = y + bias.view(shape)"):  # the latter is the second line of its card
        page.evaluate(f"made.mark({[line.strip() for line in lines].index(text) + 1})")
        wrong = page.locator(".gn-step-wrong")
        assert wrong.count() == 1
        assert text in wrong.inner_text()
        assert "The error is here." in wrong.inner_text()
    page.evaluate("made.mark(1)")  # the head is no card
    assert page.locator(".gn-step-wrong").count() == 0
    page.evaluate(f"made.mark({lines.index('    return y') + 1})")
    handle(page, 3).focus()
    for key in ("Space", "ArrowDown"):
        page.keyboard.press(key)
    assert page.locator(".gn-step-wrong").count() == 0


@pytest.mark.parametrize("name", ARRANGED)
def test_in_every_look_it_fits_can_be_read_and_touched(arranged, name):
    page = arranged(name, width=390)
    choose(page, name)
    page.evaluate("made.mark(4)")
    handle(page, 1).click()
    low = (
        "Math.min(...[...document.querySelectorAll('.gn-step-handle, label.gn-step-text')].map((e) => e.offsetHeight))"
    )
    small = "[...document.querySelectorAll('.gn-lines *')].filter((e) => parseFloat(getComputedStyle(e).fontSize) < 11)"
    out = (
        "[...document.querySelectorAll('.gn-lines *')].filter((e) => e.scrollWidth > e.clientWidth + 1"
        " && getComputedStyle(e).display !== 'inline').map((e) => e.outerHTML.slice(0, 90))"
    )
    for width in (1280, 390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (width, scheme)
        assert page.evaluate(low) >= 32
        assert page.evaluate(f"{small}.length") == 0
        assert page.evaluate(out) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


# ---- in the cell that runs


@pytest.mark.parametrize("name", ARRANGED)
def test_on_a_phone_lines_are_seen_first_and_run_as_they_stand(visit, name):
    page = visit(CHAPTER if name == "4.1" else PAGE, width=390, has_touch=True, is_mobile=True)
    box = page.locator(f'[data-gn-exercise="{name}"]')
    box.locator("pre").first.tap()
    box.locator(".gn-lines").wait_for()
    assert box.locator("textarea").is_hidden()
    tall = "[...document.querySelectorAll('.gn-step-row')].filter((e) => e.offsetHeight > 30).map((e) => e.textContent)"
    assert page.evaluate(tall) == []  # no line goes on in a second row
    verdict = box.locator(".gn-verdict pre")

    def said():
        box.locator("[data-gn-do=run]").click()
        verdict.wait_for()
        return verdict.inner_text()

    assert said() == "Not attempted yet."
    choose(page, name)
    assert "UnboundLocalError" in said()
    assert box.locator(".gn-step-wrong").count() == 1
    put_in_order(page, name)
    assert verdict.is_hidden()  # it was about another order
    assert said().startswith("Right, in all")
    place, block = next((k, b) for k, b in enumerate(lines_of(name)["blocks"]) if "pair" in b)
    page.locator(".gn-step").nth(place).locator("input:not(:checked)").click()
    what = mistakes()[block["pair"][1]["mistake"]]["what"]
    assert what[1:] in said()
    page.reload()
    box.locator("pre").first.tap()
    box.locator(".gn-lines").wait_for()
    assert order(page, name) == list(range(len(lines_of(name)["blocks"])))


def test_elsewhere_a_button_changes_between_code_and_lines(visit):
    page = visit(PAGE)
    box = page.locator("[data-gn-exercise=ex05]")
    box.locator("pre").first.click()
    button = box.locator("[data-gn-do=arrange]")
    button.click()
    assert box.locator(".gn-lines").is_visible()
    assert box.locator("textarea").is_hidden()
    button.click()
    assert box.locator(".gn-lines").is_hidden()
    assert box.locator("textarea").is_visible()
