"""The exit check: counts, ends with a card, names the chapters behind wrong answers; by mouse, keyboard and link."""

import pytest
from browser import HTML, number, run_module, wait_until_awake

from gn_edu.questions import check_question, of_part, questions
from gn_edu.widgets import ExitCheck
from gn_edu.widgets.base import module
from scripts.paths import ROOT

PAGE = "book/exit_check.html"
STEM = "exit_check"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-choice='0']",)
ENTRY = "book/entry_check.html"
ASKED = list(of_part("exit").values())


def right(question):
    return next(k for k, choice in enumerate(question["choices"]) if "mistake" not in choice)


def test_every_question_is_there_with_its_page():
    assert len(ASKED) == len(ExitCheck().questions) >= 8
    for question in ASKED:
        source = ROOT / question["page"]
        page = next(p for p in (source.with_suffix(".ipynb"), source.with_suffix(".md")) if p.exists())
        assert f"# {question['again']}" in page.read_text(encoding="utf-8")


def test_result():
    wrong = [(right(question) + 1) % len(question["choices"]) for question in ASKED]
    cases = [
        {"questions": ASKED, "chosen": [-1] * len(ASKED)},
        {"questions": ASKED, "chosen": [right(question) for question in ASKED]},
        {"questions": ASKED, "chosen": wrong},
    ]
    none, all_, bad = run_module(module(STEM), "d.cases.map(w.result)", cases=cases)
    assert (none["answered"], all_["answered"], all_["right"], bad["right"]) == (0, len(ASKED), len(ASKED), 0)
    assert none["again"] == all_["again"] == []
    assert [page for page, _ in bad["again"]] == list(dict.fromkeys(question["page"] for question in ASKED))


def test_the_still_counts_the_questions():
    for asked in (ASKED, ASKED[:3]):
        said = run_module(module(STEM), "w.still(d, {}).text", questions=asked)
        assert said == f"{len(asked)} questions"


FINE = {"prompt": "?", "choices": [{"text": "a", "reply": "b"}, {"text": "c", "reply": "d", "mistake": "e"}]}


@pytest.mark.parametrize(
    "change, said",
    [
        ({"seen": "x"}, "keys that no question has: seen"),
        ({"choices": FINE["choices"][1:]}, "one choice without a mistake, got 0"),
        ({"choices": [{"text": "a"}]}, "a text and a reply each"),
        ({"see": "notebooks/ch03_one_formula.html"}, "as Copy link gives it; got 'notebooks/ch03_one_formula.html'"),
        ({"see": "../book/index.html#statistic_set.home?groups=2"}, "see of exit-a must be"),
    ],
)
def test_a_question_that_does_not_fit_is_refused(change, said):
    exit_ = {"page": "book/which_norm", "again": "Which norm when"}
    check_question("ch02-a", FINE)
    check_question("exit-a", FINE | exit_ | {"see": "book/index.html#statistic_set.home?groups=2&method=group"})
    with pytest.raises(ValueError, match="must name the page to read again"):
        check_question("exit-a", FINE)
    with pytest.raises(ValueError, match=said):
        check_question("exit-a", FINE | exit_ | change)


def test_see_it_leads_to_a_widget_that_is_there(address):
    for question in questions().values():
        if "see" in question:
            page, _, state = question["see"].partition("#")
            stem, name = state.split("?")[0].split(".")
            assert f'data-gn-host="{stem}" data-gn-is="{name}"' in (HTML / page).read_text(encoding="utf-8")


def answer(page, k, choice):
    return page.locator(f"{W} [data-gn-question='{k}'] [data-gn-choice='{choice}']")


def wrong(question):
    return (right(question) + 1) % len(question["choices"])


def answer_all(page, mistaken):
    for k, question in enumerate(ASKED):
        choice = wrong(question) if k in mistaken else right(question)
        if k % 2:
            answer(page, k, choice).focus()
            page.keyboard.press("Enter")
        else:
            answer(page, k, choice).click()


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    count, mistaken = len(ASKED), (2, 6)
    answer_all(page, mistaken)
    said = page.locator(f"{W} .gn-live-text")
    again = dict.fromkeys(ASKED[k]["again"] for k in mistaken)
    assert said.inner_text().startswith(f"{count - 2} of {count} right. Read again:")
    assert said.locator("li").all_inner_texts() == list(again)
    for link in said.locator("a").all():
        assert (HTML / "book" / link.get_attribute("href")).resolve().is_file()
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert again.locator(f"{W} .gn-live-text").inner_text() == said.inner_text()
    for k in mistaken:
        answer(page, k, right(ASKED[k])).click()
    assert "All right" in said.inner_text()
    page.click(f"{W} [data-gn-do=reset]")
    assert number(page, "answered", STEM) == "0"


def test_it_ends_with_a_card(widget_page):
    page = widget_page(PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = page.locator(f"{W} .gn-card")
    answer(page, 0, right(ASKED[0])).click()
    assert not card.is_visible() and number(page, "answered", STEM) == "1"
    assert page.locator(f"{W} .gn-answered .gn-dot:visible").count() == len(ASKED)
    answer_all(page, mistaken=(1, 4))
    assert card.is_visible() and not page.locator(f"{W} .gn-facts").is_visible()
    assert card.locator(".gn-score").inner_text() == f"{len(ASKED) - 2} of {len(ASKED)} right"
    dots = card.locator(".gn-dot")
    wrong_ones = [k for k in range(dots.count()) if dots.nth(k).locator("rect").count()]
    assert dots.count() == len(ASKED) and wrong_ones == [1, 4] and card.locator("circle").count() == len(ASKED) - 2
    words = card.locator(".gn-dots").get_attribute("aria-label").split(", ")
    assert [word for word in words if "wrong" in word] == ["2: wrong", "5: wrong"]
    assert card.locator("text.on").all_text_contents() == ["2", "2", "6", "6"]
    card.locator("[data-gn-do=share]").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(PAGE) and card.locator(".gn-said").inner_text() == "Link copied."


@pytest.mark.parametrize("width", [1280, 390])
def test_no_room_is_left_under_it(widget_page, width):
    page = widget_page(PAGE, width=width)
    host, widget = (page.locator(where).bounding_box() for where in (f"[data-gn-host={STEM}]", W))
    assert host["y"] + host["height"] - widget["y"] - widget["height"] < 40


def test_see_it_stands_after_a_wrong_answer_alone(widget_page, address):
    page = widget_page(PAGE)
    linked = next(k for k, question in enumerate(ASKED) if "see" in question)
    bare = next(k for k, question in enumerate(ASKED) if "see" not in question)
    answer(page, linked, right(ASKED[linked])).click()
    assert page.locator(f"{W} [data-gn-see]").count() == 0
    for k in (linked, bare):
        answer(page, k, wrong(ASKED[k])).click()
    link = page.locator(f"{W} [data-gn-see]")
    assert link.count() == 1 and link.inner_text() == "See it"
    link.click()
    wait_until_awake(page)
    assert page.url == address + ASKED[linked]["see"]


# ---- the line for a teacher; and the twin that is taken before


def line_of(page):
    return page.locator(f"{W} [data-gn-answers]")


def letters(choices):
    return "".join("abc"[k] for k in choices)


def test_first_answers_are_what_a_teacher_gets(widget_page):
    page = widget_page(PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer_all(page, mistaken=(0, 5))
    for k in (0, 5):
        answer(page, k, right(ASKED[k])).click()
    assert "All right" in page.locator(f"{W} .gn-live-text").inner_text()
    first = letters(wrong(q) if k in (0, 5) else right(q) for k, q in enumerate(ASKED))
    assert line_of(page).inner_text() == f"exit: {first}"
    page.click(f"{W} [data-gn-do=answers]")
    assert page.evaluate("navigator.clipboard.readText()") == f"exit: {first}"
    page.wait_for_timeout(400)
    assert line_of(widget_page(page.url)).inner_text() == f"exit: {first}"
    page.click(f"{W} [data-gn-do=reset]")
    assert not line_of(page).is_visible()


def test_the_entry_check_does_not_tell_which_were_right(widget_page):
    asked = list(of_part("entry").values())
    page = widget_page(ENTRY)
    for k, question in enumerate(asked):
        answer(page, k, wrong(question) if k in (2, 3) else right(question)).click()
        said = page.locator(f"{W} .gn-live-text").inner_text()
        assert said == (f"{7 - k} to go." if k < 7 else "6 of 8 right. The book tells which.")
    answer(page, 2, right(asked[2])).click()  # on second thoughts
    assert page.locator(f"{W} .gn-right, {W} .gn-wrong").count() == 0
    assert page.locator(f"{W} .gn-reply").count() == 0
    assert not page.locator(f"{W} .gn-card").is_visible() and not page.locator(f"{W} .gn-answered").is_visible()
    chosen = letters(wrong(q) if k == 3 else right(q) for k, q in enumerate(asked))
    assert line_of(page).inner_text() == f"entry: {chosen}"
    plain = run_module(module(STEM), "w.still(d, {})", questions=asked, form="entry")
    assert "<details" not in plain["html"] and asked[0]["prompt"] in plain["html"]


def test_there_are_two_forms():
    assert [q["prompt"] for q in ExitCheck("entry").questions] == [q["prompt"] for q in of_part("entry").values()]
    with pytest.raises(ValueError, match="form must be one of exit, entry, got 'middle'"):
        ExitCheck("middle")
