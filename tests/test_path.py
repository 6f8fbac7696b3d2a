"""The two-hour path, the exit from it, and what teachers take: marks, minutes, links with a state, polls, GIFT."""

import math
import os
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
from browser import HTML

from gn_edu.questions import gift, questions
from gn_edu_site.reading_path import ROOT_PAGE, Stop, stops, way_on
from scripts import i18n, reading_times
from scripts.paths import ROOT

PATH = stops(ROOT)


def test_eight_stops_from_the_landing_page_to_the_exit_check():
    assert [stop.page for stop in PATH][0] == ROOT_PAGE and PATH[-1].page == "book/exit_check"
    assert len(PATH) == 8 and 105 <= sum(stop.minutes for stop in PATH) <= 135
    pages = [stop.page for stop in PATH]
    assert {question["page"] for question in questions().values() if "page" in question} <= set(pages)


@pytest.mark.site
@pytest.mark.parametrize("stop", PATH, ids=lambda stop: Path(stop.page).name)
def test_minutes_are_those_of_the_page(stop):
    """Within a fifth and a minute of the estimate by length."""
    found = reading_times.measured(stop)
    assert abs(stop.minutes - found) <= 1 + found / 5
    text = (HTML / f"{stop.page}.html").read_text(encoding="utf-8")
    for section in stop.without:
        assert f">{section}<" in text, f"there is no section {section!r} to leave out"
    assert reading_times.estimate(stop.page) >= found or stop.exercises


@pytest.mark.parametrize("stop", PATH, ids=lambda stop: Path(stop.page).name)
def test_each_line_is_a_message_that_translators_have(stop):
    source = next(ROOT.glob(f"{stop.page}.*"))
    for paths in map(i18n.catalogues, i18n.languages()):
        messages = {message.id: message.string for message in i18n.read(paths[ROOT_PAGE])}
        assert messages[stop.line(os.path.relpath(source, ROOT / "book"))]


def test_a_line_names_exercises_sections_and_a_note():
    assert Stop("a", "T", 5).line("a.md") == "[T](a.md) (5 min)."
    stop = Stop("a", "T", 5, exercises=("4.1",), without=("A", "B", "C"), note="the end")
    assert stop.line("a.md") == "[T](a.md) (5 min), with exercise 4.1, without *A*, *B* and *C*: the end."


def test_the_way_on_leads_from_stop_to_stop_and_ends():
    titles = {stop.page: stop.title for stop in PATH}
    on = [way_on(PATH, stop.page, titles) for stop in PATH]
    assert [said["number"] for said in on] == list(range(1, 9)) and {said["all"] for said in on} == {8}
    assert [said.get("next") for said in on] == [stop.page for stop in PATH[1:]] + [None]
    assert way_on(PATH, "book/facts", titles) is None


def test_the_browser_remembers_the_stops(visit):
    page = visit(f"{PATH[1].page}.html")
    tick, mark = page.locator("[data-gn-read]"), page.locator(f".sidebar-tree [data-gn-stop='{PATH[1].page}']")
    assert page.locator(".sidebar-tree [data-gn-stop]").count() == 7  # the landing page is the brand
    assert tick.get_attribute("aria-pressed") == "false" and "gn-read" not in mark.get_attribute("class")
    tick.focus()
    page.keyboard.press("Enter")
    assert tick.get_attribute("aria-pressed") == "true" and "gn-read" in mark.get_attribute("class")
    page.click(f".gn-path a[href$='{Path(PATH[2].page).name}.html']")
    page.wait_for_url(f"**/{PATH[2].page}.html")
    page.goto(urljoin(page.url, "../book/index.html"))
    items = page.locator("#the-two-hour-path li[data-gn-stop]")
    assert items.count() == 8
    assert ["gn-read" in (item.get_attribute("class") or "") for item in items.all()] == [k == 1 for k in range(8)]
    page.goto(urljoin(page.url, f"../{PATH[1].page}.html"))
    page.click("[data-gn-read]")
    assert page.locator("[data-gn-read]").get_attribute("aria-pressed") == "false"


def test_links_into_the_widgets_set_their_state(widget_page):
    source = (HTML / "book/teach.html").read_text(encoding="utf-8").replace("&amp;", "&")
    links = re.findall(r'href="([^"]*#\w+\.\w+\?[^"]*)"', source)
    assert len(links) >= 8
    for link in links:
        page = widget_page(unquote(urljoin("book/teach.html", link)).replace(" ", "%20"))
        stem, name, query = re.search(r"#(\w+)\.(\w+)\?(.*)", link).groups()
        widget = page.locator(f"[data-gn-widget={stem}][data-gn-name={name}]")
        assert widget.count() == 1
        for key, value in (pair.split("=") for pair in query.split("&")):
            chosen = widget.locator(f"[data-gn-{key}='{value}']:checked")
            slider = widget.locator(f"[data-gn-{key}][type=range], [data-gn-{key}-slider]")
            assert key in ("focus", "draw", "g", "batch") or chosen.count() == 1 or slider.count() == 1, (link, key)


def unmarked(text: str) -> str:
    """A text without GIFT's escapes: the parser leaves them in choices and feedback."""
    return re.sub(r"\\([~=#{}:\\])", r"\1", text).strip()


@pytest.mark.site
def test_the_gift_file_goes_through_a_parser(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the parser writes its tables where it stands
    from pygiftparser import parser

    text = (HTML / "_static" / "group-norm-questions.gift").read_text(encoding="utf-8")
    assert text == gift()
    found = {question.name: question for question in parser.parse(text).questions}
    assert found.keys() == questions().keys()
    for name, question in questions().items():
        assert found[name].text.strip() == question["prompt"]
        options = found[name].answer.options
        assert [unmarked(option.text) for option in options] == [choice["text"] for choice in question["choices"]]
        replies = [unmarked(option.feedback) for option in options]
        for choice, reply in zip(question["choices"], replies, strict=True):
            mistake = f"[{choice['mistake']}] " if "mistake" in choice else ""
            assert reply == mistake + choice["reply"]


@pytest.mark.site
def test_text_alternatives_are_sentences():
    for page in sorted(HTML.rglob("*.html")):
        for alt in re.findall(r'<img[^>]*\balt="([^"]*)"', page.read_text(encoding="utf-8")):
            assert not re.search(r"/|\.(png|svg|webp)$", alt), (page.relative_to(HTML), alt)


@pytest.mark.site
def test_every_question_is_a_poll_with_its_mistakes():
    text = re.sub(r"<[^>]+>", "", (HTML / "book/teach.html").read_text(encoding="utf-8"))
    text = unescape(text).replace("’", "'")
    for question in questions().values():
        assert question["prompt"] in text
        for choice in question["choices"]:
            if "mistake" in choice:
                assert f"{choice['text']}: {choice['mistake'].replace('-', ' ')}. Ask: {choice['reply']}" in text


@pytest.mark.parametrize("name", ["worksheet", "worksheet_key"])
def test_worksheets_print_on_one_page(visit, name):
    page = visit(f"book/{name}.html")
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_on_a_phone_code_is_folded_and_a_widget_can_stay_in_view(widget_page):
    page = widget_page("notebooks/ch02_batch_norm.html", width=390)
    cell = page.locator(".gn-code-folded").nth(1)
    assert not cell.locator("pre").is_visible()
    assert page.locator(".cell_output pre").first.is_visible()
    cell.locator("summary").focus()
    page.keyboard.press("Enter")
    assert cell.locator("pre").is_visible()
    widget = page.locator("[data-gn-widget=shimmer]")
    pin = widget.locator("[data-gn-do=pin]")
    pin.click()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(600)
    box = widget.bounding_box()
    assert box["y"] == 0 and box["height"] <= math.ceil(0.53 * 800)
    assert pin.is_visible() and pin.inner_text() == "Let go"
    widget.locator("[data-gn-batch]").focus()
    page.keyboard.press("Escape")
    assert pin.get_attribute("aria-pressed") == "false" and widget.bounding_box()["y"] < 0
    wide = widget_page("notebooks/ch02_batch_norm.html")
    assert wide.locator(".gn-code-folded").count() == wide.locator(".gn-code-folded[open]").count() > 0
    assert not wide.locator(".gn-code-folded > summary").first.is_visible()
    assert not wide.locator("[data-gn-do=pin]").first.is_visible()
