"""How the pages around the widgets look: cells, tables, drawings, formulas, exercises, on a phone and on paper."""

import re
from urllib.parse import quote

import nbformat
import pytest
from browser import CHAPTERS, HTML, LANDING, PAGES, WITH_WIDGETS, until, wait_until_awake
from bs4 import BeautifulSoup
from docutils import nodes

from gn_edu import paper, show
from gn_edu.plots import DARK, LIGHT, statistic_sets
from gn_edu_site import outputs
from scripts.paths import ROOT

NORMS = ("batch", "layer", "instance", "group")
NOTEBOOKS = [page for page in CHAPTERS if page.startswith("notebooks/ch")]

# Each finds what must not be on a page, as a phone shows it.
FAULTS = {
    "the page scrolls": "document.documentElement.scrollWidth > innerWidth ? ['page'] : []",
    "a formula does not fit": "all('div.math').filter((e) => e.scrollWidth > e.clientWidth).map(text)",
    "a table is in no frame that scrolls": (
        "all('article table:not(.indextable)').filter((e) => !e.closest('.gn')).filter((e) => {"
        " const w = e.closest('.table-wrapper');"
        " return !w || getComputedStyle(w).overflowX !== 'auto' || rect(w).right > innerWidth }).map(text)"
    ),
    "room is left under a widget": (
        "all('.gn-live.gn-awake').filter((e) => Math.abs(rect(e).bottom - rect(e.querySelector('.gn')).bottom) > 4)"
        ".map(host)"
    ),
    "room is left inside a question": (
        "all('.gn-quick_question').filter((e) => rect(e).bottom - rect(e.querySelector('.gn-choices')).bottom > 40)"
        ".map(text)"
    ),
    "cells have several frames": (
        "[...new Set(all('.cell .cell_input').map((e) => { const s = getComputedStyle(e); return [s.borderTop,"
        " s.borderLeft, s.borderRight, s.borderTopLeftRadius, s.backgroundColor].join() }))].slice(1)"
    ),
    "a picture, a drawing or a table is glued to what stands above": (
        "all('.cell_output > *').filter((e) => e.matches('img, .table-wrapper') || e.querySelector('.gn-drawing'))"
        ".filter((e) => { const before = e.previousElementSibling ?? e.parentElement.previousElementSibling;"
        " return before && rect(before).height && rect(e).top - rect(before).bottom < 11 }).map(text)"
    ),
    "type in a drawing is small": (
        "all('.gn-drawing text').filter((e) => parseFloat(getComputedStyle(e).fontSize)"
        " * rect(e.closest('svg')).width / e.closest('svg').viewBox.baseVal.width < 11).map(text)"
    ),
    "a number breaks": "all('.gn-whole').filter((e) => e.getClientRects().length > 1).map(text)",
    "short code breaks": (
        "all('article code.literal').filter((e) => e.textContent.length < 12 && rect(e).height > 40).map(text)"
    ),
    "a section is as loud as the page": (
        "all('article h2').filter((e) => size(e) > 0.75 * size(document.querySelector('h1'))).map(text)"
    ),
    "icons touch": (
        "all('.mobile-header .header-right svg').map(rect).filter((r) => r.width).sort((a, b) => a.left - b.left)"
        ".filter((r, k, all) => k && r.left - all[k - 1].right < 8).map((r) => r.left)"
    ),
    "a caption is in italics": (
        "all('.gn-caption em').filter((e) => getComputedStyle(e).fontStyle !== 'normal').map(text)"
    ),
}
FIND = (
    "(() => { const all = (q) => [...document.querySelectorAll(q)], rect = (e) => e.getBoundingClientRect(),"
    " text = (e) => e.textContent.trim().slice(0, 60), host = (e) => e.dataset.gnHost,"
    " size = (e) => parseFloat(getComputedStyle(e).fontSize);"
    f" return {{ {', '.join(f'{name!r}: {found}' for name, found in FAULTS.items())} }} }})()"
)


@pytest.mark.site
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_amiss_on_a_phone(visit, name):
    page = visit(name, width=390)
    wait_until_awake(page)
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert {fault: found for fault, found in page.evaluate(FIND).items() if found} == {}


@pytest.mark.site
def test_what_the_search_for_faults_looks_at_is_there():
    """None of its selectors has gone out of use."""
    text = "".join((HTML / name).read_text(encoding="utf-8") for name in PAGES)
    for part in ('class="math', "table-wrapper", "cell_input", "gn-drawing", 'class="gn-whole"', "gn-caption"):
        assert part in text, part


# ---- tables


def cells(html: str) -> list[list[list[str]]]:
    """Of each table, its rows."""
    tables = BeautifulSoup(html, "html.parser").select("table.gn-table")
    return [[[c.get_text().strip() for c in row.find_all(["th", "td"])] for row in t("tr")] for t in tables]


@pytest.mark.site
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_table_of_a_notebook_is_one_of_the_page(name):
    stored = nbformat.read((ROOT / name).with_suffix(".ipynb"), as_version=4)
    shown = [o["data"] for cell in stored.cells for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]
    wanted = cells("".join(data["text/html"] for data in shown))
    page = (HTML / name).read_text(encoding="utf-8").translate({0x2019: "'"})  # quotes as the site writes them
    assert cells(page) == wanted
    text = "".join(o.get("text", "") for cell in stored.cells for o in cell.get("outputs", []))
    for header in {tuple(table[0]) for table in wanted if len(table[0]) > 2}:
        assert not re.search(" +".join(map(re.escape, filter(None, header))), text), header


def test_tables_of_the_book_and_of_the_paper_are_one_kind():
    ours, theirs = show.Table(["norm", "error"], [["BN", 23.6]], "in %"), paper.table("table1")
    looks = [re.sub(r">[^<]*", ">", table._repr_html_()) for table in (ours, theirs)]
    assert [sorted(set(re.findall("<[^>]*>", look))) for look in looks][0] == sorted(
        set(re.findall("<[^>]*>", looks[1]))
    )


def test_words_of_a_table_are_translated_and_numbers_are_not():
    html = show.Table(["norm", "error"], [["group norm", "24.1"]], "in per cent")._repr_html_()
    table, caption = outputs.table(html, "page.ipynb", 3)
    found = {p.rawsource: p["translatable"] for p in [*table.findall(nodes.paragraph), caption]}
    assert found == {"norm": True, "error": True, "group norm": True, "24.1": False, "in per cent": True}
    assert all(p.source == "page.ipynb" for p in table.findall(nodes.paragraph))
    assert [e["classes"] for e in table.findall(nodes.entry)] == [[], ["gn-number"]] * 2


def test_other_html_of_a_cell_is_left_to_others():
    from myst_nb.core.render import MimeData

    assert outputs.rendered(MimeData("text/html", "<table><tr><td>1</td></tr></table>"), "page.ipynb") is None


# ---- drawings


def test_the_description_of_a_drawing_is_the_cells():
    html = statistic_sets((1, 2, 1, 1), {"Batch": lambda n, c, s: c == 0})._repr_html_()
    assert outputs.drawing(html, None)["said"] == "BN: 1 / 2"
    told = outputs.drawing(html, 'All & "none"')
    (div,) = BeautifulSoup(told.astext(), "html.parser").select(".gn-drawing[role=img]")
    assert told["said"] == div["aria-label"] == 'All & "none"'


@pytest.mark.site
@pytest.mark.parametrize("theme, palette", [("light", LIGHT), ("dark", DARK)])
def test_a_drawing_has_the_colours_of_the_theme(visit, theme, palette):
    page = visit("notebooks/ch03_one_formula.html")
    page.evaluate(f"document.body.dataset.theme = {theme!r}")
    fills = "[...document.querySelectorAll('.gn-drawing rect')].map((e) => getComputedStyle(e).fill)"
    rgb = {f"rgb({', '.join(str(int(palette[n][k : k + 2], 16)) for k in (1, 3, 5))})" for n in NORMS}
    assert set(page.evaluate(fills)) == {*rgb, "none"}
    assert page.locator("figure img, .cell_output img[src*=_images]").count() == 0


# ---- exercises, questions


@pytest.mark.site
@pytest.mark.parametrize("name", [p for p in PAGES if "notebooks/" in p and "museum" not in p])
def test_an_exercise_is_a_card_with_its_code(name):
    soup = BeautifulSoup((HTML / name).read_text(encoding="utf-8"), "html.parser")
    cards = soup.select("section.gn-exercise")
    source = (ROOT / name.removeprefix("si/")).with_suffix(".ipynb").read_text(encoding="utf-8")
    assert len(cards) == len(re.findall(r'"## Exercise [\dM.]+: ', source)) > 0
    assert all(card.find("h2") and card.select(".cell_input") for card in cards)
    assert not any(card.select(".gn-live") for card in cards)


@pytest.mark.site
def test_a_question_has_tools_when_it_has_an_answer(widget_page):
    page = widget_page(NOTEBOOKS[0])
    question = page.locator("[data-gn-widget=quick_question]").first
    tools = question.locator(".gn-tools")
    assert not tools.is_visible()
    question.locator("[data-gn-choice='0']").click()
    assert tools.is_visible()
    question.locator("[data-gn-do=reset]").focus()
    page.keyboard.press("Enter")
    assert not tools.is_visible()
    assert page.evaluate("document.activeElement.closest('[data-gn-widget]')?.dataset.gnWidget") == "quick_question"


# ---- search, and the page for a lost address


@pytest.mark.site
@pytest.mark.parametrize("name", ["404.html", "search.html?q=group"])
def test_search_and_a_lost_address_have_one_heading_a_field_and_the_pages(visit, name):
    page = visit(name)
    if "search" in name:
        until(page, "document.querySelectorAll('ul.search p.context').length > 3")
    assert page.locator("h1:visible").count() == 1 and page.locator("h2:visible").count() == 0
    assert page.locator("main input[name=q]:visible, article input[name=q]:visible").count() == 1
    assert page.locator("nav li a, .sidebar-tree li a").count() >= len([p for p in CHAPTERS if p != "search.html"])
    fonts = page.evaluate("['body', 'h1'].map((q) => getComputedStyle(document.querySelector(q)).fontSize)")
    assert fonts == ["16px", "40px"]


@pytest.mark.site
@pytest.mark.parametrize("words", ["group", "variance"])
def test_an_excerpt_is_whole_words_and_a_term_its_explanation(visit, words):
    page = visit(f"search.html?q={quote(words)}")
    hits, excerpts = (f"document.querySelectorAll('ul.search {what}').length" for what in ("li", "p.context"))
    until(page, f"{hits} > 1 && {hits} == {excerpts}")
    for item in page.locator("ul.search li").all():
        said = item.locator("p.context").inner_text()
        assert len(said) > 30 and "..." not in said, said
        if "glossary.html#term" in item.locator("a").first.get_attribute("href"):
            assert re.match(r"[^:]+: \w", said), said


# ---- on paper


@pytest.mark.site
@pytest.mark.parametrize("name", [LANDING, "notebooks/ch03_one_formula.html"])
def test_on_paper_a_widget_stays_whole_with_its_marks_and_its_sentence_below(visit, name):
    page = visit(name, width=672)  # A4 less its margins
    wait_until_awake(page)
    page.emulate_media(media="print")
    looks = "(e) => { const s = getComputedStyle(e); return [s.breakInside, s.printColorAdjust] }"
    for part in page.locator(".gn, .gn-drawing").all():
        inside, colours = part.evaluate(looks)
        assert inside == "avoid" and colours == "exact"
    block = page.locator(".gn-statistic_set").first
    lowest = block.evaluate(
        "(w) => Math.max(...[...w.querySelectorAll('[data-cell]')].map((e) => e.getBoundingClientRect().bottom))"
    )
    assert block.locator(".gn-live-text").bounding_box()["y"] >= lowest


# Widgets for which the page kept more or less room than they take, but for those whose length is that of their text.
ROOMS = """[...document.querySelectorAll(".gn-awake:not([data-gn-host=quick_question], [data-gn-host=exit_check])")]
    .flatMap((e) => {
        const taken = e.getBoundingClientRect().height;
        e.classList.remove("gn-awake");
        const kept = parseFloat(getComputedStyle(e).minHeight);
        e.classList.add("gn-awake");
        return Math.abs(kept - taken) > 24 ? [[e.dataset.gnHost, e.dataset.gnIs, kept, taken]] : [];
    })"""


@pytest.mark.site
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", [page for page in WITH_WIDGETS if not page.startswith("si/")])
def test_the_room_that_is_kept_is_the_room_that_a_widget_takes(widget_page, name, width):
    """In letters of English; in others a widget may be a line higher."""
    assert widget_page(name, width=width).evaluate(ROOMS) == []


@pytest.mark.parametrize("name", [LANDING, "notebooks/exercises/sheet2_forward.html"])
def test_the_mouse_reaches_the_buttons_beside_the_title(visit, name):
    page = visit(name)
    before = page.evaluate("document.body.dataset.theme")
    page.locator(".content-icon-container .theme-toggle").click(timeout=5000)
    assert page.evaluate("document.body.dataset.theme") != before
