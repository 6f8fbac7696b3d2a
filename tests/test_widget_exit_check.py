"""The exit check: counts, names the chapters behind the wrong answers, by mouse, keyboard and link."""

from browser import HTML, number, run_module

from gn_edu.questions import part, questions
from gn_edu.widgets import ExitCheck
from gn_edu.widgets.base import module
from scripts.paths import ROOT

PAGE = "book/exit_check.html"
STEM = "exit_check"
W = f"[data-gn-widget={STEM}]"
ASKED = [question for name, question in questions().items() if part(name) == "exit"]


def right(question):
    return next(k for k, choice in enumerate(question["choices"]) if "mistake" not in choice)


def test_eight_questions_each_with_its_page():
    assert len(ASKED) == 8 == len(ExitCheck().questions)
    for question in ASKED:
        source = ROOT / question["page"]
        page = next(p for p in (source.with_suffix(".ipynb"), source.with_suffix(".md")) if p.exists())
        assert f"# {question['again']}" in page.read_text(encoding="utf-8")


def test_result():
    wrong = [(right(question) + 1) % len(question["choices"]) for question in ASKED]
    cases = [
        {"questions": ASKED, "chosen": [-1] * 8},
        {"questions": ASKED, "chosen": [right(question) for question in ASKED]},
        {"questions": ASKED, "chosen": wrong},
    ]
    none, all_, bad = run_module(module(STEM), "d.cases.map(w.result)", cases=cases)
    assert (none["answered"], all_["answered"], all_["right"], bad["right"]) == (0, 8, 8, 0)
    assert none["again"] == all_["again"] == []
    assert [page for page, _ in bad["again"]] == list(dict.fromkeys(question["page"] for question in ASKED))


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    answer = lambda k, choice: page.locator(f"{W} [data-gn-question='{k}'] [data-gn-choice='{choice}']")  # noqa: E731
    for k, question in enumerate(ASKED):
        choice = right(question) if k not in (2, 6) else (right(question) + 1) % 3
        if k % 2:
            answer(k, choice).focus()
            page.keyboard.press("Enter")
        else:
            answer(k, choice).click()
    assert (number(page, "answered", STEM), number(page, "right", STEM)) == ("8", "6")
    said = page.locator(f"{W} .gn-live-text")
    assert said.inner_text() == (
        "6 of 8 right. Read again: One formula, four layers, Choosing G, and what each choice forgets."
    )
    for link in said.locator("a").all():
        assert (HTML / "book" / link.get_attribute("href")).resolve().is_file()
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert again.locator(f"{W} .gn-live-text").inner_text() == said.inner_text()
    for k in (2, 6):
        answer(k, right(ASKED[k])).click()
    assert "All right" in said.inner_text()
    page.click(f"{W} [data-gn-do=reset]")
    assert number(page, "answered", STEM) == "0"
