"""The path, the exit from it, and what teachers take: order, minutes, marks, links with a state, polls, GIFT."""

import json
import math
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urljoin

import pytest
from browser import HTML, state_of
from bs4 import BeautifulSoup

from gn_edu.questions import gift, questions
from gn_edu_site.chapters import chapter
from gn_edu_site.reading_path import LABEL, MINUTES, Stop, position, stops
from gn_edu_site.reading_time import WORD, Load
from scripts import build_book, i18n
from scripts.paths import BUILD, ROOT

PATH = stops(ROOT)
PAGES = build_book.pages()
ROOT_PAGE = PAGES[0]
CHAPTERS = [page for page in PAGES if chapter(page, ROOT_PAGE)]
LABS = [page for page in CHAPTERS if position(PATH, page) is None]
EDITIONS = [code for code in ("", *i18n.languages()) if (HTML / code / f"{ROOT_PAGE}.html").is_file()]


def built(page: str, edition: str = "") -> BeautifulSoup:
    return BeautifulSoup((HTML / edition / f"{page}.html").read_text(encoding="utf-8"), "html.parser")


def leads(page: str, link) -> str:
    """Where a link of a page leads, seen from the root of its edition."""
    return urljoin(f"http://here/{page}.html", link["href"]).removeprefix("http://here/")


def sections(soup) -> list:
    """The sections of a page, as English headings name them."""
    return soup.select("article > section > section, article > div > section > section")


def heading(section) -> str:
    return section.find(["h2", "h3"]).get_text().rstrip("#\u00b6").replace("\u2019", "'")


def test_the_path_leads_from_the_landing_page_to_the_exit_check():
    pages = [stop.page for stop in PATH]
    assert pages[0] == ROOT_PAGE and pages[-1] == "book/exit_check" and len(set(pages)) == len(pages)
    assert set(pages) <= set(PAGES) and LABS
    assert {question["page"] for question in questions().values() if "page" in question} <= set(PAGES)


# ---- minutes


def test_minutes_follow_the_rule_and_are_rounded_up():
    assert [Load(words=words).minutes for words in (0, 1, 180, 181)] == [0, 1, 1, 2]
    assert Load(widgets=2, cells=1, questions=4).minutes == 3 + 1 + 3
    assert Load(1, 2, 3, 4) + Load(1, 1, 1, 1) == Load(2, 3, 4, 5)


def counted(soup, stop: Stop) -> Load:
    """What is on the path, counted on the finished page."""
    for section in sections(soup):
        name = heading(section)
        if name in stop.without or (stop.only and name not in stop.only):
            section.decompose()
    article = soup.find("article")
    hosts = [live["data-gn-host"] for live in article.select(".gn-live")]
    asked = sum(name.startswith("exit") for name in questions()) if "exit_check" in hosts else 0
    small = hosts.count("quick_question")
    cells = len(article.select(".cell_input"))
    beside = "script, style, .cell, .gn-path, .gn-stops, .gn-launch, .gn-beside, .headerlink, div.math, summary"
    for other in article.select(beside):
        other.decompose()
    for formula in article.select("span.math"):
        formula.string = "x"
    words = len(WORD.findall(article.get_text()))
    return Load(words, len(hosts) - small - hosts.count("exit_check"), cells, small + asked)


def table() -> dict[str, tuple[int, Load]]:
    """The table that the build prints: page to minutes and what they are counted from."""
    text = (BUILD / ".doctrees" / "en" / "path.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^(\S+) +(\d+) min  (\d+) words, (\d+) widgets, (\d+) cells, (\d+) questions$", text, re.M)
    return {page: (int(took), Load(*map(int, counts))) for page, took, *counts in lines}


@pytest.mark.site
@pytest.mark.parametrize("stop", PATH, ids=lambda stop: Path(stop.page).name)
def test_the_build_counts_what_stands_on_the_page(stop):
    took, load = table()[stop.page]
    found = counted(built(stop.page), stop)
    assert (load.widgets, load.cells, load.questions) == (found.widgets, found.cells, found.questions)
    assert load.words == pytest.approx(found.words, rel=0.05, abs=5) and took == load.minutes


@pytest.mark.site
@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_shows_the_minutes_of_the_english_page(edition):
    took = {page: minutes for page, (minutes, _) in table().items()}
    assert list(took) == [stop.page for stop in PATH] and sum(took.values()) <= MINUTES
    items = built(ROOT_PAGE, edition).select("ol.gn-stops > li")
    assert [item["data-gn-stop"] for item in items] == list(took)
    for item, minutes in zip(items, took.values(), strict=True):
        assert re.search(rf"\b{minutes}\b", item.get_text()), item
    for stop, after in zip(PATH, PATH[1:], strict=False):
        box = built(stop.page, edition).select_one(".gn-path").get_text()
        assert re.search(rf"\b{took[after.page]}\b", box.rpartition("(")[2]), box


# ---- what is not on the path


def test_a_stop_says_what_is_on_the_path_or_what_is_not():
    headings = ["A", "B", "C"]
    assert Stop("p").left_out(headings) == [False, False, False]
    assert Stop("p", only=("B",)).left_out(headings) == [True, False, True]
    assert Stop("p", without=("B",)).left_out(headings) == [False, True, False]


@pytest.mark.site
@pytest.mark.parametrize("stop", PATH, ids=lambda stop: Path(stop.page).name)
def test_a_section_that_is_left_out_says_where_the_path_goes_on(stop):
    parts = sections(built(stop.page))
    left_out = stop.left_out([heading(part) for part in parts])
    here = position(PATH, stop.page)
    onward = f"{PATH[here + 1].page}.html" if here + 1 < len(PATH) else ""
    for part, out in reversed(list(zip(parts, left_out, strict=True))):
        lines = part.select("h2 + p.gn-beside")
        assert len(lines) == len(part.select(".gn-beside")) == out, heading(part)
        if out:
            assert lines[0].get_text().startswith("Not on the path")
            assert [leads(stop.page, link) for link in lines[0].select("a")] == ([onward] if onward else [])
        else:
            onward = f"{stop.page}.html#{part['id']}"


@pytest.mark.site
@pytest.mark.parametrize("edition", EDITIONS)
def test_a_chapter_that_is_no_stop_is_a_lab_and_says_so_under_its_title(edition):
    for page in PAGES:
        lines = built(page, edition).select("h1 ~ p.gn-beside")
        assert len(lines) == (page in LABS), page
        if lines:
            assert leads(page, lines[0].a) == f"{ROOT_PAGE}.html#{LABEL}"
    assert built(ROOT_PAGE, edition).find(id=LABEL)


# ---- one way on


@pytest.mark.site
@pytest.mark.parametrize("edition", EDITIONS)
def test_next_means_the_next_stop_wherever_a_stop_says_it(edition):
    pages = [stop.page for stop in PATH]
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        soup = built(page, edition)
        said = {
            "box": (sorted({leads(page, a) for a in soup.select(".gn-path a")}), after),
            "next": ([leads(page, a) for a in soup.select(".related-pages a.next-page")], after),
            "previous": ([leads(page, a) for a in soup.select(".related-pages a.prev-page")], before),
        }
        for place, (found, wanted) in said.items():
            assert found == ([f"{wanted}.html"] if wanted else []), (page, place)
        titles = soup.select(".gn-path a, .related-pages a.next-page .title")
        assert len({title.get_text().strip() for title in titles}) == (after is not None)
    for page in set(PAGES) - set(pages):
        assert not built(page, edition).select(".gn-path")


def test_no_text_of_a_chapter_names_a_next_page_of_its_own():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "markdown":
                assert not re.search(r"^Next(?: stop)?: ", "".join(cell["source"]), re.MULTILINE), (
                    path.name,
                    cell["id"],
                )


# ---- the chapters' numbers


@pytest.mark.site
@pytest.mark.parametrize("edition", EDITIONS)
def test_chapters_carry_their_numbers_wherever_their_titles_stand(edition):
    soup = built("book/glossary", edition)
    links = {leads("book/glossary", a).removesuffix(".html"): a for a in soup.select(".sidebar-tree li a[href$=html]")}
    assert list(links)[: len(CHAPTERS)] == CHAPTERS  # the landing page first, then in their order
    for page in PAGES:
        number, there = chapter(page, ROOT_PAGE), built(page, edition)
        shown = [there.h1.get_text()]
        shown += [there.title.get_text()] if page != ROOT_PAGE else []  # its window is called as the book
        shown += [links[page].get_text()] if page in links else []
        for title in shown:
            assert re.match(r"\d+ · ", title) is None if number is None else title.startswith(f"{number} · "), title
    assert [chapter(page, ROOT_PAGE) for page in CHAPTERS] == list(range(1, len(CHAPTERS) + 1))


def test_the_browser_remembers_the_stops(visit):
    page = visit(f"{PATH[1].page}.html")
    buttons = page.locator("[data-gn-read]")  # where the path leaves the page, and at its end
    pressed = lambda: {button.get_attribute("aria-pressed") for button in buttons.all()}  # noqa: E731
    tick = page.locator(f".sidebar-tree [data-gn-stop='{PATH[1].page}'] .gn-done")
    assert page.locator(".sidebar-tree [data-gn-stop]").count() == len(PATH)
    assert page.locator(".gn-done:visible").count() == 0 and pressed() == {"false"} and buttons.count() == 2
    buttons.first.focus()
    page.keyboard.press("Enter")
    assert pressed() == {"true"} and tick.is_visible()
    assert tick.get_attribute("title") == tick.get_attribute("aria-label") == "you have been here"
    page.click(f".gn-path a[href$='{Path(PATH[2].page).name}.html']")
    page.wait_for_url(f"**/{PATH[2].page}.html")
    page.goto(urljoin(page.url, "../book/index.html"))
    items = page.locator("ol.gn-stops > li[data-gn-stop]")
    assert [item.locator(".gn-done").is_visible() for item in items.all()] == [k == 1 for k in range(len(PATH))]
    page.goto(urljoin(page.url, f"../{PATH[1].page}.html"))
    page.click("[data-gn-read]")
    assert pressed() == {"false"} and not tick.is_visible()


@pytest.mark.parametrize("name", ["teach", "questions"])
def test_links_into_the_widgets_set_their_state(widget_page, name):
    source = (HTML / f"book/{name}.html").read_text(encoding="utf-8").replace("&amp;", "&")
    links = re.findall(r'href="([^"]*#\w+\.\w+\?[^"]*)"', source)
    assert len(links) >= 8
    for link in links:
        page = widget_page(unquote(urljoin(f"book/{name}.html", link)).replace(" ", "%20"))
        stem, name, query = re.search(r"#(\w+)\.(\w+)\?(.*)", link).groups()
        assert dict(parse_qsl(query)).items() <= state_of(page, f"[data-gn-widget={stem}][data-gn-name={name}]").items()


@pytest.mark.site
@pytest.mark.parametrize("edition", EDITIONS)
def test_every_question_has_a_short_answer_and_one_widget(edition):
    """At most 60 words, counted in English."""
    sections = built("book/questions", edition).select("article section section")
    assert len(sections) >= 7
    for section in sections:
        (answer,) = section.find_all("p", recursive=False)
        assert len(answer.select("a[href*='#'][href*='?']")) == 1, heading(section)
        assert edition or len(answer.get_text().split()) <= 60, (heading(section), len(answer.get_text().split()))


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
            words = alt.replace("GB/s", "")  # a unit, no path
            assert not re.search(r"/|\.(png|svg|webp)$", words), (page.relative_to(HTML), alt)


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
