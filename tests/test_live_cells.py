"""Cells that run in the page: what is fetched when, the editor under hands and keys, what a cell says, what is kept."""

import json
import re

import pytest
from browser import both_built, until
from test_site import violations

from scripts.paths import HTML, ROOT

pytestmark = pytest.mark.site
SHEET = "notebooks/exercises/sheet2_forward.html"
CHAPTER = "notebooks/ch04_build.html"
FOUR, SIX = ('[data-gn-exercise="ex04"]', '[data-gn-exercise="ex06"]')
STUB = '''def normalize(x, eps=1e-5):
    """x: (m,), one group. Returns x_hat, (m,)."""
    # YOUR CODE HERE
    raise NotImplementedError()'''
RIGHT = """def normalize(x, eps=1e-5):
    mean = x.mean()
    return (x - mean) / ((x - mean).square().mean() + eps).sqrt()
"""
WRONG = """def normalize(x, eps=1e-5):
    return (x - x.mean()) / (x.var() + eps).sqrt()
"""
AFFINE = """def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    n, c, h, w = x.shape
    rows = x.reshape(n, num_groups, c // num_groups * h * w)
    centred = rows - rows.mean(-1, keepdim=True)
    y = (centred / (rows.var(-1, keepdim=True) + eps).sqrt()).reshape(x.shape)
    return y * weight.reshape(1, c, 1, 1) + bias.reshape(1, c, 1, 1)
"""
BROKEN = "def normalize(x):\n    return x\n\nmissing\nx = 1"


@pytest.fixture
def awake(visit):
    """awake(page, exercise, **what visit takes) -> page, cell, its text area, after a click on the code."""

    def awake(name=SHEET, cell=FOUR, **options):
        page = visit(name, **options)
        box = page.locator(cell)
        box.locator(".cell_input pre").click()
        area = box.locator("textarea")
        area.wait_for()
        return page, box, area

    return awake


def write(area, text):
    area.fill("")
    area.press_sequentially(text)


def selection(area):
    return area.evaluate("(a) => [a.selectionStart, a.selectionEnd]")


def focused(page):
    return page.evaluate("document.activeElement.dataset.gnDo ?? document.activeElement.tagName")


# ---- before the first touch


@pytest.mark.parametrize(("name", "later"), [(SHEET, ["ex04"]), (CHAPTER, [])])
def test_nothing_is_fetched_before_the_first_touch_and_then_the_editor_alone(visit, name, later):
    """And the table of an exercise whose lines can be arranged, for they stand in it."""
    page = visit(name)
    page.wait_for_load_state("networkidle")
    assert not any("_static/live" in path for path in page.fetched)
    page.locator("[data-gn-live] .cell_input pre").first.click()
    page.locator("[data-gn-live] textarea").wait_for()
    if later:
        page.locator("[data-gn-live] [data-gn-do=arrange]").first.wait_for()
    found = [path for path in page.fetched if "_static/live" in path]
    assert found == [f"_static/live/{file}.js" for file in ("live", *later)]


def test_a_page_without_scripts_and_paper_show_the_cell_and_its_check(visit):
    still = visit(SHEET, java_script_enabled=False)
    paper = visit(SHEET)
    paper.emulate_media(media="print")
    for page in (still, paper):
        assert page.locator(f"{FOUR} pre").inner_text().rstrip("\n") == STUB
        assert page.locator(".gn-kernel-check").first.is_visible()
        assert page.locator(".gn-code-bar:visible").count() == 0
        number = "getComputedStyle(document.querySelector('.gn-code .cell_input'), '::before').content"
        assert page is still or page.evaluate(number) == "none"


def told(text):
    return re.findall(r'data-gn-exercise="([^"]+)"', text)


def test_every_exercise_can_be_written_in_the_page_or_says_why_not():
    from gn_edu_site.live_tables import ALL, ELSEWHERE

    pages = sorted((HTML / "notebooks").rglob("*.html"))
    texts = {path.stem: path.read_text(encoding="utf-8") for path in pages}
    numbers = {stem: len(re.findall(r'class="gn-exercise"', text)) for stem, text in texts.items()}
    live = {stem: told(text) for stem, text in texts.items()}
    silent = {stem: text.count('class="gn-elsewhere"') for stem, text in texts.items()}
    assert sum(numbers.values()) == len(ALL)
    assert {stem: len(live[stem]) + silent[stem] for stem in texts} == numbers
    names = [name for found in live.values() for name in found]
    assert len(names) == len(set(names)) and not set(names) & set(ELSEWHERE)
    assert sum(silent.values()) == len(ELSEWHERE)
    sheets = [stem for stem in texts if stem.startswith("sheet")]
    for stem in sheets:  # nothing that a student gets holds a solution
        assert texts[stem].count("gn-kernel-check") == len(live[stem])


def test_in_a_chapter_the_check_is_not_part_of_what_is_written(awake):
    _, box, area = awake(CHAPTER, '[data-gn-exercise="4.1"]')
    assert "check_group_norm" in (ROOT / "notebooks/ch04_build.ipynb").read_text(encoding="utf-8")
    lines = area.input_value().split("\n")
    above, below = (box.locator(part).bounding_box() for part in (".cell_input", ".cell_output:not([data-gn-new]) pre"))
    assert above["y"] + above["height"] <= below["y"]  # what was stored stays in sight until the first run
    assert lines[0].startswith("def group_norm(") and lines[-1] == "    raise NotImplementedError"


# ---- in its place


def test_a_long_line_is_followed_and_left_at_its_beginning(awake):
    _, box, area = awake(cell=SIX, width=390)
    area.press("Control+End")
    area.press_sequentially("  # " + "long " * 12)
    left = f"document.querySelector({f'{SIX} .gn-editor'!r}).scrollLeft"
    assert area.page.evaluate(left) > 100
    box.locator("[data-gn-do=copy]").focus()
    assert area.page.evaluate(left) == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_the_code_stays_where_it_is_when_the_cell_wakes(visit, width):
    page = visit(SHEET, width=width)
    box = page.locator(SIX)
    look = (
        "(e) => { const r = e.getBoundingClientRect(), s = getComputedStyle(e), p = e.closest('.cell_input');"
        " return [r.x, r.y + scrollY, r.height, s.fontFamily, s.fontSize, s.lineHeight, s.paddingLeft, s.paddingTop,"
        " getComputedStyle(p, '::before').content.split('/')[0], p.getBoundingClientRect().y + scrollY] }"
    )
    box.locator("pre").scroll_into_view_if_needed()
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(300)  # what stands above may still be coming in
    before = box.locator("pre").evaluate(look)
    box.locator("pre").click(position={"x": 150, "y": 20})
    box.locator("textarea").wait_for()
    assert box.locator("textarea").evaluate(look) == before
    assert box.locator(".gn-sheet pre").evaluate(look) == before
    code = box.locator("textarea").input_value()
    assert code.startswith("def group_norm_affine(") and "BEGIN SOLUTION" not in code
    assert 0 < selection(box.locator("textarea"))[0] < len(code)  # where it was clicked


def test_a_selection_is_kept_and_the_editor_grows_with_its_text(visit):
    page = visit(SHEET)
    box = page.locator(FOUR)
    box.locator("pre .nf").first.dblclick()
    area = box.locator("textarea")
    area.wait_for()
    until(page, "getSelection().toString() === 'normalize' || document.activeElement.selectionEnd === 13")
    height = area.bounding_box()["height"]
    area.press("Control+End")
    area.press("Enter")
    area.press("Enter")
    assert area.bounding_box()["height"] == pytest.approx(height + 2 * 19.5, abs=0.1)
    assert area.evaluate("(a) => a.scrollHeight <= a.clientHeight && a.scrollWidth <= a.clientWidth")


# ---- keys


def test_enter_keeps_the_indentation_and_backspace_takes_a_level(awake):
    _, _, area = awake()
    write(area, "def f(x):\nif x:  # a: b\nreturn 1\n")
    assert area.input_value() == "def f(x):\n    if x:  # a: b\n        return 1\n        "
    area.press("Backspace")
    area.press("Backspace")
    area.press_sequentially("# no: \ny")
    assert area.input_value().endswith("return 1\n# no: \ny")
    area.press("Backspace")
    assert area.input_value().endswith("# no: \n")


def test_tab_indents_and_shift_tab_takes_it_back(awake):
    page, _, area = awake()
    write(area, "ab")
    area.press("Tab")
    assert area.input_value() == "ab  "
    area.fill("a\n\n  b")
    area.press("Control+a")
    area.press("Tab")
    assert area.input_value() == "    a\n\n      b"
    area.press("Tab")
    area.press("Shift+Tab")
    area.press("Shift+Tab")
    assert area.input_value() == "a\n\n  b"
    area.press("Shift+Tab")
    assert area.input_value() == "a\n\nb" and focused(page) == "TEXTAREA"
    for _ in range(5):
        area.press("Control+z")
    assert area.input_value() != "a\n\nb"  # the browser can undo it


def test_escape_then_tab_leaves_and_the_help_says_so(awake):
    page, box, area = awake()
    code = area.input_value()
    area.press("Escape")
    area.press("Tab")
    assert focused(page) == "run" and area.input_value() == code
    area.focus()
    area.press("Escape")
    area.press("ArrowLeft")
    area.press("Tab")
    assert focused(page) == "TEXTAREA" and area.input_value() != code
    help = page.locator(f"#{area.get_attribute('aria-describedby')}").text_content()
    assert "Escape" in help and "Tab" in help and "Ctrl+Enter" in help


def test_a_reader_who_tabs_through_the_page_is_not_held(visit):
    page = visit(SHEET)
    summary = page.locator("section.gn-exercise summary").first
    summary.focus()
    page.keyboard.press("Tab")
    area = page.locator(f"{FOUR} textarea")
    area.wait_for()
    until(page, "document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.press("Tab")
    assert focused(page) == "run" and area.input_value() == STUB
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_what_a_phone_makes_round_becomes_straight(awake):
    page, _, area = awake()
    area.fill("")
    for letter in ("“", "a", "”", "—", "’"):
        area.press_sequentially(letter)
    assert area.input_value() == '"a"-\''


def test_the_keys_of_a_phone_write_and_leave_the_focus_where_it_is(awake):
    page, box, area = awake(cell=SIX, width=390, has_touch=True, is_mobile=True)
    area.fill("")
    keys = box.locator(".gn-keys button")
    assert [key.inner_text() for key in keys.all()] == ["Tab", *"()[]_=+-*/:,"]
    for key in keys.all():
        place = key.bounding_box()
        assert min(place["width"], place["height"]) >= 32
        key.tap()
    assert area.input_value() == "    ()[]_=+-*/:," and focused(page) == "TEXTAREA"
    for button in box.locator(".gn-code-bar button:visible").all():
        assert min(button.bounding_box()[side] for side in ("width", "height")) >= 32
    off = ("spellcheck", "autocapitalize", "autocorrect", "autocomplete")
    assert [area.get_attribute(name) for name in off] == ["false", "off", "off", "off"]


def test_keys_that_a_keyboard_has_are_not_shown_beside_one(awake):
    _, box, _ = awake()
    assert not box.locator(".gn-keys").is_visible()


# ---- what is kept


def test_code_survives_a_reload_and_waits_without_any_script(awake):
    page, box, area = awake()
    area.fill(WRONG)
    box.locator("[data-gn-do=arrange]").wait_for()  # nothing is on its way any more
    page.fetched.clear()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert box.locator("pre").inner_text().rstrip("\n") == WRONG.rstrip("\n")
    assert not any("_static/live" in path for path in page.fetched)
    box.locator("pre").click()
    area.wait_for()
    assert area.input_value() == WRONG
    box.locator("[data-gn-do=reset]").click()
    assert area.input_value() == STUB
    page.reload()
    assert box.locator("pre").inner_text().rstrip("\n") == STUB
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('gn-code'))") == []


def test_reset_is_undone_by_its_button_and_by_the_browser(awake):
    _, box, area = awake()
    area.fill(WRONG)
    reset = box.locator("[data-gn-do=reset]")
    reset.click()
    assert area.input_value() == STUB and reset.inner_text() == "Undo"
    reset.click()
    assert area.input_value() == WRONG and reset.inner_text() == "Reset"
    reset.click()
    area.press("Control+z")
    assert area.input_value() == WRONG and reset.inner_text() == "Reset"


def test_without_storage_nothing_breaks(browser, address):
    page = browser.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    refuse = "{ get() { throw new DOMException('no storage', 'SecurityError'); } }"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {refuse})")
    page.goto(address + SHEET)
    of_theme = len(complaints)
    page.locator(f"{FOUR} pre").click()
    area = page.locator(f"{FOUR} textarea")
    area.wait_for()
    area.press_sequentially("a")
    assert area.input_value() != STUB and len(complaints) == of_theme
    page.close()


def test_copy_and_download_give_the_code(awake):
    page, box, area = awake()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    area.fill(RIGHT)
    box.locator("[data-gn-do=copy]").click()
    until(page, "document.querySelector('[data-gn-do=copy]').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == RIGHT
    with page.expect_download() as download:
        box.locator("[data-gn-do=save]").click()
    assert download.value.suggested_filename == "ex04.py"
    assert download.value.path().read_text() == RIGHT + "\n"


def test_the_hint_is_the_fold_that_is_on_the_page(awake):
    page, box, _ = awake()
    fold = page.locator(f"section:has({FOUR}) > details").first
    hint = box.locator("[data-gn-do=hint]")
    for opened in ("true", "false"):
        hint.click()
        until(page, f"document.querySelector('[data-gn-do=hint]').ariaExpanded === '{opened}'")
        assert fold.evaluate("(e) => String(e.open)") == opened
    assert fold.locator("summary").inner_text() == "Hint"


def test_the_first_fold_of_every_exercise_is_its_hint():
    from bs4 import BeautifulSoup

    for path in sorted((HTML / "notebooks").rglob("*.html")):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for section in soup.select("section.gn-exercise:has([data-gn-exercise])"):
            assert section.select("details:not(.gn-code-folded) > summary")[0].get_text() == "Hint", path.name


# ---- what a cell says


def run(box, code):
    area = box.locator("textarea")
    area.fill(code)
    area.press("Control+Enter")
    box.locator("[data-gn-do=run]:not([aria-disabled])").wait_for()


def test_a_wrong_answer_and_a_right_one_are_answered_under_the_code(awake):
    _, box, _ = awake()
    verdict = box.locator(".gn-verdict pre")
    run(box, WRONG)
    assert verdict.inner_text().startswith("Not yet: ") and not box.locator(".gn-right").count()
    run(box, RIGHT)
    assert verdict.inner_text().startswith("Right, in all ") and box.locator(".gn-right").is_visible()
    assert verdict.evaluate("(e) => getComputedStyle(e, '::before').content") == '"✓ "'
    assert box.locator("[aria-live=polite] .gn-verdict").count() == 1
    run(box, STUB)
    assert verdict.inner_text() == "Not attempted yet."


def test_what_is_printed_stands_under_the_code(awake):
    _, box, _ = awake()
    run(box, "print(1 + 1)\nprint('<b>')\n" + RIGHT)
    assert box.locator(".gn-printed pre").inner_text() == "2\n<b>\n"
    run(box, RIGHT)
    assert not box.locator(".gn-printed").is_visible()


def test_an_error_is_named_and_its_line_is_marked_and_linked(awake):
    page, box, area = awake()
    run(box, BROKEN)
    fault, mark = box.locator(".gn-fault pre"), box.locator(".gn-fault-line")
    assert fault.inner_text().startswith("NameError: ") and "missing" in fault.inner_text()
    text = area.bounding_box()
    line = text["y"] + 8.8 + 3 * 19.5
    assert mark.bounding_box()["y"] == pytest.approx(line, abs=0.6)
    assert page.evaluate("getComputedStyle(document.querySelector('.gn-fault-line'), '::before').content") == '"✗"'
    fault.get_by_role("button", name="Line 4").click()
    assert area.evaluate("(a) => a.value.slice(a.selectionStart, a.selectionEnd)") == "missing"
    area.press_sequentially("1")
    assert not mark.is_visible()


def test_by_keyboard_alone(visit):
    page = visit(SHEET)
    page.locator("section.gn-exercise summary").first.focus()
    page.keyboard.press("Tab")
    until(page, "document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(RIGHT)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert focused(page) == "run"
    page.keyboard.press("Enter")
    page.locator(f"{FOUR} .gn-right").wait_for()
    assert focused(page) == "run"


def test_a_program_without_end_is_stopped_by_hand(awake):
    page, box, area = awake()
    stop = box.locator("[data-gn-do=stop]")
    assert not stop.is_visible()
    area.fill("while True:\n    pass")
    area.press("Control+Enter")
    stop.focus()
    page.keyboard.press("Enter")
    stop.wait_for(state="hidden")
    assert box.locator(".gn-fault").is_visible() and focused(page) == "run"
    run(box, RIGHT)
    assert box.locator(".gn-right").is_visible()


def test_the_check_of_the_kernel_gives_way_to_the_one_in_the_page(awake):
    page, _, _ = awake()
    checks = page.locator(".gn-kernel-check")
    assert not checks.first.is_visible() and checks.nth(1).is_visible()


def test_a_script_that_does_not_come_is_told(visit):
    page = visit(SHEET, check=False)
    page.route("**/live/live.js", lambda route: route.abort())
    page.locator(f"{FOUR} [data-gn-do=run]").click()
    page.locator(f"{FOUR} [data-gn-lost]").wait_for()
    page.unroute("**/live/live.js")
    page.locator(f"{FOUR} pre").click()
    page.locator(f"{FOUR} textarea").wait_for()


@pytest.mark.parametrize(("code", "ok"), [(RIGHT, True), (WRONG, False)])
def test_check_answers_without_a_touch(visit, code, ok):
    page = visit(SHEET)
    ask = f"document.querySelector('{FOUR}').check({json.dumps(code)})"
    answer = page.evaluate(ask)
    assert answer.keys() == {"ok", "mistakes", "text"} and answer["ok"] is ok
    assert answer["mistakes"] == ([] if ok else ["unbiased-var"])
    assert answer["text"].startswith("Right, in all " if ok else "Not yet: ")
    assert page.locator(f"{FOUR} textarea").count() == 0


# ---- cells of chapters


def test_a_cell_of_a_chapter_runs_in_its_place(visit):
    page = visit(CHAPTER)
    box = page.locator("[data-gn-cell]").first
    box.locator("[data-gn-do=run]").click()
    box.locator(".gn-shown > *").first.wait_for()
    assert box.locator(".cell_output").count() == 1  # what was stored is gone
    area = box.locator("textarea")
    code = area.input_value()
    run(box, code + "\nmissing")
    line = code.count("\n") + 2
    assert box.get_by_role("button", name=f"Line {line}").count() == 1  # what runs before it is not counted
    run(box, "1 + 1")
    assert box.locator(".gn-value pre").inner_text() == "2"


# ---- for everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_amiss_when_a_cell_is_awake(awake, width, scheme):
    page, box, _ = awake(cell=SIX, width=width, color_scheme=scheme)
    for code in (BROKEN, AFFINE, AFFINE.replace("c // num_groups", "-1") + "\n# " + "long " * 40):
        run(box, code)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


# ---- lines instead of code


def arranged(page):
    return page.locator(f"{FOUR} .gn-lines").is_visible(), page.locator(f"{FOUR} textarea").is_visible()


def test_on_a_phone_the_lines_come_first_and_elsewhere_the_code(visit):
    for width, first in ((390, (True, False)), (1280, (False, True))):
        page = visit(SHEET, width=width)
        page.locator(f"{FOUR} pre").click()
        page.locator(f"{FOUR} [data-gn-do=arrange]").wait_for()
        assert arranged(page) == first
        page.locator(f"{FOUR} [data-gn-do=arrange]").click()
        assert arranged(page) == first[::-1]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_is_arranged_is_run(visit):
    page = visit(SHEET, width=390)
    box = page.locator(FOUR)
    box.locator("pre").click()
    box.locator(".gn-lines").wait_for()
    box.locator("[data-gn-do=run]").click()
    box.locator(".gn-verdict").wait_for()
    first = box.locator(".gn-verdict pre").inner_text()
    assert not first.startswith("Right")
    assert violations(page) == []
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box.locator("[data-gn-do=copy]").click()
    until(page, "navigator.clipboard.readText().then((t) => t.startsWith('def normalize(x, eps=1e-5):'))")


@both_built
def test_words_are_those_of_the_page(awake):
    _, box, area = awake(f"si/{SHEET}")
    assert area.get_attribute("aria-label") != "Your code for exercise 4"


def test_no_class_of_a_cell_is_a_widgets():
    """Both stand in one page, with their own style sheets."""
    shared = {"gn-live-text", "gn-right"}
    names = re.compile(r"\.(gn-[a-z-]+)")
    live = [*(ROOT / "gn_edu_site/live_page").glob("*.css"), ROOT / "book/_static/gn-live.css"]
    cells, widgets = (
        {name for path in paths for name in names.findall(path.read_text(encoding="utf-8"))}
        for paths in (live, (ROOT / "gn_edu/widgets/src").rglob("*.css"))
    )
    assert cells & widgets == shared & widgets
