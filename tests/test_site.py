"""The built site in headless Chromium, under a sub-path, with every request to another host refused and counted."""

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, unquote, urljoin, urlsplit

import jinja2
import pytest
import yaml
from browser import (
    CHAPTERS,
    HTML,
    LANDING,
    PAGES,
    WITH_WIDGETS,
    gzipped,
    in_browser,
    number,
    until,
    wait_until_awake,
)

from gn_edu.plots import PALETTE
from gn_edu_site import pages, search
from scripts import i18n
from scripts.audit import AXE
from scripts.i18n import widget_messages
from scripts.paths import ROOT

pytestmark = pytest.mark.site


# ---- every page


# What a page is looked at in: width, and what the reader's system asks for.
LOOKS = {
    "light": (1280, {"color_scheme": "light"}),
    "dark": (1280, {"color_scheme": "dark"}),
    "phone": (360, {"color_scheme": "light"}),
    "200 % zoom": (640, {}),
    "400 % zoom, forced colours, no motion": (320, {"forced_colors": "active", "reduced_motion": "reduce"}),
}
FIGURES = "[...document.querySelectorAll('[data-gn-host=plotly]')].every((e) => 'gnReady' in e.dataset)"
OUTSIDE = (
    "[...document.querySelectorAll('.gn *')].filter((e) => e.offsetParent && !e.closest('svg') &&"
    " e.getBoundingClientRect().right > e.closest('.gn').getBoundingClientRect().right + 1).length"
)
SHIFT = (
    "new Promise((done) => { let sum = 0; new PerformanceObserver((list) => { for (const e of list.getEntries())"
    " sum += e.hadRecentInput ? 0 : e.value; }).observe({ type: 'layout-shift', buffered: true });"
    " setTimeout(() => done(sum), 100); })"
)
MOVING = (
    "[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).transitionDuration.split(', ')"
    ".some((t) => t !== '0s') || getComputedStyle(e).animationName !== 'none').length"
)
# Chosen buttons that look like others of their kind, colours aside.
ALIKE = (
    "[...document.querySelectorAll('.gn')].flatMap((w) => { const look = (e) => { const s = getComputedStyle(e);"
    " return [s.borderTopWidth, s.borderTopStyle, s.fontWeight, s.textDecorationLine, s.outlineStyle].join() };"
    " const of = (is) => [...w.querySelectorAll(`button[aria-pressed=${is}]`)].filter((e) => e.offsetParent);"
    " const off = new Set(of('false').map((e) => e.className + look(e)));"
    " return of('true').filter((e) => off.has(e.className + look(e))).map((e) => e.outerHTML.slice(0, 90)); })"
)


def violations(page):
    """What axe finds on the whole page, the theme's parts included."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=AXE)
    return [(v["id"], [n["html"][:150] for n in v["nodes"]][:4]) for v in found.response["violations"]]


@pytest.mark.parametrize("name", PAGES)
def test_page(visit, name):
    """One visit: weight before scrolling, and then in every look nothing sticks out, moves, or stops axe."""
    page = visit(name)
    page.wait_for_load_state("networkidle")
    sizes = {path: gzipped((HTML / path).read_bytes()) for path in set(page.fetched)}
    assert len(page.fetched) <= 15, page.fetched
    # Sinhala brings a font and the words of the widgets.
    most = (180 if page.locator(".gn-live").count() else 140) + (60 if name.startswith("si/") else 0)
    most += 10 if name == LANDING else 0
    # These come when a widget, or a reader who touches a cell, asks for them.
    assert not any(late in path for path in page.fetched for late in ("_static/data-", "_static/live/"))
    assert sum(sizes.values()) / 1000 <= most, sizes
    assert not any("plotly" in path for path in page.fetched)
    assert page.evaluate(SHIFT) < 0.02
    wait_until_awake(page)
    buttons = page.locator(".gn-wake").element_handles()  # handles: a locator counts anew when one is gone
    for button in buttons:
        button.click()
    if buttons:
        until(page, FIGURES, 20_000)
    assert page.locator(".gn-live .gn-still").count() == 0
    faults = {}
    for look, (width, media) in LOOKS.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(**media)
        page.wait_for_timeout(150)
        found = {"scrolls": page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0}
        found["outside"] = page.evaluate(OUTSIDE)
        if "zoom" not in look:
            found["axe"] = violations(page)
        if "reduced_motion" in media:
            found |= {"moving": page.evaluate(MOVING), "alike": page.evaluate(ALIKE)}
        if any(found.values()):
            faults[look] = {key: value for key, value in found.items() if value}
    page.emulate_media(media="print")
    if page.locator(".gn-tools:visible, .sidebar-drawer:visible, .gn-launch:visible").count():
        faults["print"] = "the page's frame is printed"
    assert faults == {}


@pytest.mark.parametrize("name", PAGES)
def test_what_comes_late_moves_nothing(browser, address, name):
    """Fonts and scripts come when the reader has begun to read: everything keeps its place."""
    page, held = browser.new_page(viewport={"width": 1280, "height": 800}), []
    early = (".html", ".css")
    page.route("**/*", lambda r: r.continue_() if r.request.url.endswith(early) else held.append(r))
    page.goto(address + name, wait_until="commit")
    until(page, "performance.getEntriesByType('paint').length > 0", 60_000)
    page.wait_for_timeout(200)  # longer than a browser waits for a font that is optional
    early = ("",)  # from here on everything passes
    while held:
        held.pop().continue_()
    page.wait_for_load_state("load", timeout=60_000)
    wait_until_awake(page)
    assert page.evaluate(SHIFT) < 0.02
    page.close()


PLACES = (
    "[...document.querySelectorAll('.sidebar-container, .content, article :is(h1, h2, p, pre, td, th, li, img)')]"
    ".map((e) => e.getBoundingClientRect()).map((r) => [r.left, r.top, r.width].map(Math.round).join())"
)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_while_the_page_comes_in(browser, address, name):
    """What stands in the first window stands there as soon as it is read, however much of the page is still to come."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    # A font comes at once or not at all (font-display: optional); here not at all, so that all is in the same letters.
    page.route("**/*.woff2", lambda route: route.abort())
    whole = (HTML / name).read_text(encoding="utf-8")

    def places(share):
        # Whole tags: the beginning of one is text, which a parser takes out of a table and puts before it.
        body = whole[: whole.rindex(">", 0, int(len(whole) * share)) + 1]
        page.route(address + name, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
        page.goto(address + name)
        found = page.evaluate(PLACES)
        page.unroute(address + name)
        return found

    last = places(1)
    for share in (0.3, 0.5, 0.7, 0.9):
        first = places(share)
        # The last few, a row of a table at most, are cut themselves.
        seen = [k for k, place in enumerate(first[:-8]) if 0 <= int(place.split(",")[1]) < 800]
        assert [(k, first[k]) for k in seen if first[k] != last[k]] == []
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_carries_the_policy_and_one_bundle(name):
    text = (HTML / name).read_text(encoding="utf-8")
    if name.endswith("404.html"):
        assert "<script" not in text  # it is shown under any address, so it brings all it needs
        return
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)[1]
    rules = dict(rule.split(" ", 1) for rule in re.sub(r" 'sha256-[^']+'", "", policy).split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self' blob: 'wasm-unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "blob:",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    assert text.index("Content-Security-Policy") < text.index("<script")
    assert not re.search(r"\son\w+=\"", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))
    assert text.count('rel="stylesheet"') == 1 and len(re.findall(r"<script defer src=", text)) >= 1
    assert text.count('class="gn-live"') == text.count('class="gn-still"')


def test_the_policy_refuses_a_foreign_script(visit):
    page = visit("book/glossary.html", check=False)
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {textContent: 'window.bad = 1'}))"
    )
    assert page.evaluate("window.bad") is None
    assert any("Content Security Policy" in said for said in page.complaints)


def test_search_finds_words_and_names_of_code(visit):
    for words, found in (
        ("num_groups", "ch04_build"),
        ("weight standardization", "ch09_sweep"),
        ("Welford", "ch06_numerics"),
    ):
        page = visit(f"search.html?q={words.replace(' ', '+')}")
        page.wait_for_selector("ul.search li a", timeout=10_000)
        until(page, "document.querySelector('.search-summary')?.textContent.includes('found')")
        assert any(found in (a.get_attribute("href") or "") for a in page.locator("ul.search li a").all())


def first_hit(page) -> str:
    """The address of the first result of a search."""
    page.wait_for_selector("ul.search li a", timeout=10_000)
    return page.locator("ul.search li a").first.get_attribute("href")


def test_search_shows_the_page_that_answers_first(visit):
    asked = {word: page for page, words in search.entries(ROOT).items() for word in words}
    wanted = ("how many groups", "GroupNorm", "install", "pip", "colab")
    pages = [asked[word] for word in wanted]
    assert pages == ["notebooks/ch07_groups", "notebooks/ch04_build", *["book/run_it"] * 3]
    page = visit("search.html")
    for word, answer in asked.items():
        page.goto(urljoin(page.url, f"search.html?q={quote(word)}"))
        assert first_hit(page).startswith(f"{answer}.html"), word
    for language in i18n.languages():
        if (HTML / language / "search.html").is_file():
            page = visit(f"{language}/search.html?q=pip")
            assert first_hit(page).startswith("book/run_it.html")


@pytest.mark.parametrize("words", ["small batch norm", "how many groups", "normalize", "float16"])
def test_excerpts_of_search_are_text_of_the_page(visit, words):
    page = visit(f"search.html?q={quote(words)}")
    hits, excerpts = (f"document.querySelectorAll('ul.search {what}').length" for what in ("li", "p.context"))
    until(page, f"{hits} > 1 && {hits} == {excerpts}")
    frame = r"Open in Colab|Download the notebook|Report an error|Code, \d|^import "
    for item in page.locator("ul.search li").all():
        title, said = item.locator("a").first.inner_text(), item.locator("p.context").inner_text()
        assert len(said) > 40 and not said.startswith(title), said
        assert not re.search(frame, said), said


def test_what_other_sites_read():
    sitemap = (HTML / "sitemap.xml").read_text(encoding="utf-8")
    assert all(f"/{name}</loc>" in sitemap for name in CHAPTERS) and "search.html" not in sitemap
    for name in CHAPTERS:
        text = (HTML / name).read_text(encoding="utf-8")
        for mark in ('property="og:title"', 'property="og:image"', 'name="description"', 'rel="canonical"'):
            assert mark in text, (name, mark)
        assert name.startswith("book/") or f'_static/{name.replace(".html", ".ipynb")}"' in text


def test_the_font_of_formulas_has_their_letters():
    ranges = re.search(
        r'"Book Math";.*?unicode-range:\s*([^;]*);', (ROOT / "book/_static/gn-type.css").read_text(), re.DOTALL
    )
    known = set()
    for part in ranges[1].split(", "):
        first, _, last = part.removeprefix("U+").partition("-")
        known |= set(range(int(first, 16), int(last or first, 16) + 1))
    for name in PAGES:
        formulas = re.findall(r"<math.*?</math>", (HTML / name).read_text(encoding="utf-8"), re.DOTALL)
        used = {ord(c) for f in formulas for c in unescape(re.sub(r"<[^>]+>", "", f)) if not c.isspace()}
        assert used <= known, [chr(c) for c in used - known]


def test_the_whole_site_fits_into_one_small_zip(tmp_path):
    assert Path(shutil.make_archive(str(tmp_path / "site"), "zip", HTML)).stat().st_size < 15_000_000


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    text = (HTML / name).read_text(encoding="utf-8")
    for target in re.findall(
        r'(?:href|src)="([^"]+)"',
        re.sub(r"<script type=.*?</script>|src=([\"'])data:.*?\1", "", text, flags=re.DOTALL),
    ):
        parts = urlsplit(urljoin(f"http://here/{name}", target.replace("&amp;", "&")))
        if parts.netloc != "here" or parts.scheme != "http":
            continue
        path = HTML / unquote(parts.path).lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        assert path.is_file(), f"{name} -> {target}"
        if parts.fragment and path.suffix == ".html":
            there = path.read_text(encoding="utf-8")
            widget = re.fullmatch(r"(\w+)\.(\w+)\?.+", parts.fragment)
            found = (
                re.search(rf'data-gn-host="{widget[1]}" data-gn-is="{widget[2]}"', there)
                if widget
                else f'id="{unquote(parts.fragment)}"' in there
            )
            assert found, f"{name} -> {target}"


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_page_names_another_host_for_anything_it_loads(name):
    text = re.sub(r'<link rel="(?:canonical|alternate)"[^>]*>', "", (HTML / name).read_text(encoding="utf-8"))
    assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"(?:https?:)?//[^\"]+", text)


# ---- other ways to look at a page


def test_figures_have_an_address():
    for name, figure in (
        ("ch03_one_formula", "figure-3-1"),
        ("ch08_cifar10", "figure-8-2"),
        ("ch09_sweep", "figure-9-1"),
    ):
        text = (HTML / f"notebooks/{name}.html").read_text(encoding="utf-8")
        assert text.count(f'id="{figure}"') == 1 and f'href="#{figure}"' in text


@in_browser
def test_the_book_prints_as_one_pdf(tmp_path):
    from pypdf import PdfReader

    out = tmp_path / "book.pdf"
    command = [sys.executable, "-m", "scripts.pdf", "--out", out, "book/index", "notebooks/ch03_one_formula"]
    subprocess.run(command, check=True, cwd=ROOT)
    book = PdfReader(out)
    assert [entry.title for entry in book.outline] == ["Group Normalization", "3 · One formula, four layers"]
    text = "".join(page.extract_text() for page in book.pages)
    assert "4096" in text and "Figure 3.1." in text
    assert sum(len(page.images) for page in book.pages) >= 1


# ---- without a server, without JavaScript


@pytest.mark.parametrize("name", CHAPTERS)
def test_widgets_wake_when_the_page_is_opened_from_the_file_system(browser, name):
    page = browser.new_page()
    said = []
    page.on("console", lambda m: m.type == "error" and said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto((HTML / name).as_uri())
    wait_until_awake(page)
    if name == LANDING:
        page.click("[data-cell='4']")
        assert number(page, "mean") == "3.000"
    page.close()
    assert not said


@pytest.mark.parametrize("name", CHAPTERS)
def test_without_javascript_every_live_output_has_a_picture_or_its_text(visit, name):
    page = visit(name, java_script_enabled=False)
    text = (HTML / name).read_text(encoding="utf-8")
    stills = page.locator(".gn-live > .gn-still")
    assert stills.count() == text.count('class="gn-live"')
    for still in stills.all():
        picture = still.locator("img").first
        if still.locator(".gn-question-still").count():
            assert len(still.inner_text()) > 40
        else:
            assert len(picture.get_attribute("alt")) > 40 and picture.bounding_box()["width"] > 200


def test_without_javascript_stills_formulas_and_answers_stand_there(visit):
    page = visit(LANDING, java_script_enabled=False)
    assert "Group Norm airplane" in page.locator(".gn-still img").first.get_attribute("alt")
    image = page.locator("[data-gn-host=statistic_set] .gn-still img").first
    assert image.get_attribute("alt").startswith("Image 1, channel 1: group norm averages 4 of 16 values.")
    assert image.bounding_box()["width"] > 200
    page = visit("notebooks/ch03_one_formula.html", java_script_enabled=False)
    assert page.locator("math").count() > 10 and page.locator("math mfrac").count() >= 3
    assert page.locator(".gn-question-still").count() == 3
    page.locator(".gn-question-still summary").first.click()
    assert "4096" in page.locator(".gn-question-still details").first.inner_text()
    page = visit("notebooks/ch08_cifar10.html", java_script_enabled=False)
    figures = page.locator("[data-gn-host=plotly]").all()
    alts = [figure.locator("img").get_attribute("alt") for figure in figures]
    assert len(alts) == 1
    assert alts[0].startswith("Test error of batch norm + weight standardization after the last epoch: ")


# ---- figures and languages


def test_plotly_comes_when_it_is_asked_for(widget_page):
    page = widget_page("notebooks/ch08_cifar10.html")
    page.locator("[data-gn-host=plotly]").first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert not any("plotly" in path for path in page.fetched)
    assert all(image.is_visible() for image in page.locator("[data-gn-host=plotly] img").all())
    page.click("[data-gn-host=plotly] .gn-wake")
    page.wait_for_selector("[data-gn-host=plotly][data-gn-ready] .js-plotly-plot", timeout=20_000)
    # Of one kind three seeds, of the other five; of each its mean, and its training pictures.
    assert page.locator(".js-plotly-plot .scatterlayer .trace").count() == 12


def test_plotly_follows_the_pages_theme(widget_page):
    page = widget_page("notebooks/ch08_cifar10.html", color_scheme="dark")
    page.click("[data-gn-host=plotly] .gn-wake")
    page.wait_for_selector("[data-gn-host=plotly][data-gn-ready] .js-plotly-plot", timeout=20_000)
    strokes = "[...document.querySelectorAll('.scatterlayer .js-line')].map((e) => getComputedStyle(e).stroke)"

    def colours(theme):
        found = [PALETTE[theme][norm] for norm in ("batch", "group")]
        return {"rgb({}, {}, {})".format(*bytes.fromhex(colour[1:])) for colour in found}

    assert set(page.evaluate(strokes)) == colours("dark")
    assert page.evaluate("getComputedStyle(document.querySelector('.ytick text')).fill") == page.evaluate(
        "getComputedStyle(document.body).color"
    )
    page.emulate_media(color_scheme="light")
    until(page, f"{strokes}.includes('{min(colours('light'))}')")
    assert set(page.evaluate(strokes)) == colours("light")


@pytest.mark.parametrize("name", [page for page in CHAPTERS if "ch08" not in page])
def test_every_label_of_a_widget_can_be_translated(visit, address, browser, name):
    """With a catalogue that puts brackets around each message, no word stands outside of brackets."""
    words = {m.id: f"⟦{m.id}⟧" for m in widget_messages() if m.id}
    script = f'<script type="application/gn+json" data-gn="catalogue">{json.dumps(words)}</script>'
    page = browser.new_page()
    html = (HTML / name).read_text(encoding="utf-8").replace("</body>", script + "</body>")
    page.route(address + name, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(address + name)
    wait_until_awake(page)
    for widget in page.locator("[data-gn-widget]").all():
        texts = widget.evaluate(
            # A message may be cut into parts, for its lines or its colours.
            "(e) => { const cut = (text) => text.split('⟦').length !== text.split('⟧').length;"
            " const whole = (n) => n !== e && cut(n.textContent) ? whole(n.parentNode) : n.textContent;"
            " return [...e.querySelectorAll('*'), e].flatMap((n) => [n.getAttribute('aria-label') ?? '',"
            " n.getAttribute('aria-valuetext') ?? '', ...[...n.childNodes].filter((c) => c.nodeType === 3)"
            ".map(whole)]) }"
        )
        for text in texts:
            outside = re.sub(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧", "", text)
            assert not re.search(r"[A-Za-z]{3,}", outside), text
    page.close()


# ---- the annotated module


def test_annotated_module_shows_the_file():
    text = unescape(re.sub(r"<[^>]+>", "", (HTML / "book/module.html").read_text(encoding="utf-8")))
    squeezed = re.sub(r"\s+", "", text)
    source = (ROOT / "gn_edu" / "norms.py").read_text(encoding="utf-8")
    code = re.sub(r'"""(?:.|\n)*?"""', "", source)
    lines = [
        re.sub(r"\s+", "", line) for line in code.splitlines() if line.strip() and not line.strip().startswith("#")
    ]
    assert len(lines) > 100
    assert [line for line in lines if line not in squeezed] == []


def test_annotated_module_is_one_column_on_a_phone(visit):
    lefts = []
    for width in (1280, 390):
        page = visit("book/module.html", width=width)
        boxes = [box.bounding_box() for box in page.locator("article .highlight").all()]
        prose = [box.bounding_box() for box in page.locator("article section p").all()]
        lefts.append(max(b["x"] for b in boxes) - min(p["x"] for p in prose))
        if width == 390:
            assert all(box["width"] > 300 for box in boxes)
    assert lefts[0] > 200 and lefts[1] < 60


# ---- what the reader can't see break


@pytest.mark.parametrize("name", ["OWNER/REPO", "me/my-book"])
def test_links_into_the_repository_wait_for_its_address(name):
    """_config.yml's placeholder shows no link to Colab, to an issue or to a correction; an address shows all three."""
    config = SimpleNamespace(gn_repository=f"https://github.com/{name}", gn_tag="v1", language="si")
    page, app = "notebooks/ch03_one_formula", SimpleNamespace(config=config)
    links = pages.launch_links(app, page)
    there = name == "me/my-book"
    assert ("colab.research.google.com/github/me/my-book" in links.get("colab", "")) == there
    for report in (links["report"], pages.report_address(app, page)):
        assert ("github.com/me/my-book/issues/new?title=si/notebooks" in report) == there
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "book/_templates"), extensions=["jinja2.ext.i18n"]
    )
    templates.install_null_translations()
    shown = templates.get_template("launch.html").render(links)
    assert shown.count("<a ") == (3 if there else 1) and "OWNER" not in shown
    sheet = templates.get_template("launch.html").render(pages.launch_links(app, "notebooks/exercises/sheet1_sets"))
    assert "Open it in Colab" in sheet and "colab.research" not in sheet  # the repository holds the solutions, too


def test_no_page_leads_to_the_placeholder():
    for name in PAGES:
        text = (HTML / name).read_text(encoding="utf-8")
        assert not re.search(r'<a [^>]*href="[^"]*OWNER/REPO', text), name
        assert not re.search(r"<code[^>]*>[^<]*OWNER/REPO", text), name


def test_formulas_in_a_line_have_no_root():
    """Chromium leaves a gap behind a root whose font has larger ones: in a line, √ is written as a letter."""
    for name in PAGES:
        text = (HTML / name).read_text(encoding="utf-8")
        assert not re.search(r"<span class=\"math notranslate\"><math>(?:(?!</math>).)*<msqrt", text, re.DOTALL), name


def test_what_widgets_share_comes_once_and_first():
    first_rule = "--gn-ink:"
    for name in CHAPTERS:
        sheets = re.findall(r"<style>([^<]*\.gn[^<]*)</style>", (HTML / name).read_text(encoding="utf-8"))
        assert [k for k, sheet in enumerate(sheets) if first_rule in sheet] == ([0] if sheets else []), name


def test_colours_are_there_without_light_dark():
    """Browsers that do not know it drop such a declaration: each colour has a plain one, and is used by its name."""
    for path in sorted((ROOT / "gn_edu/widgets/static").glob("*.css")):
        css = path.read_text(encoding="utf-8")
        plain = re.sub(r"@supports \(color: (?:light-dark|color-mix)[^{]*\{[^{}]*\{[^{}]*\}\}", "", css)
        assert "light-dark(" not in plain and "color-mix(" not in plain, path.name
        for name in re.findall(r"(--gn-[\w-]+): ?(?:light-dark|color-mix)", css):
            assert re.search(rf"{name}: ?(?!light-dark|color-mix)", plain), (path.name, name)


@pytest.mark.parametrize("name", [page for page in WITH_WIDGETS if page in CHAPTERS][:12])
def test_on_paper_widgets_keep_their_colours_and_stay_whole(widget_page, name):
    page = widget_page(name)
    page.emulate_media(media="print")
    styles = page.evaluate(
        "[...document.querySelectorAll('[data-gn-widget]')].map((e) => getComputedStyle(e))"
        ".map((s) => [s.breakInside, s.printColorAdjust].join())"
    )
    assert set(styles) == {"avoid,exact"}


def test_the_worksheet_has_room_for_a_hand(visit):
    page = visit("book/worksheet.html", width=794)  # A4
    page.emulate_media(media="print")
    boxes = [cell.bounding_box() for cell in page.locator("table.gn-fill-in tbody tr td:not(:first-child)").all()]
    assert len(boxes) == 15 and min(b["width"] for b in boxes) > 55 and min(b["height"] for b in boxes) > 35  # px


def test_jupyter_book_itself_builds_it(tmp_path):
    """`jupyter-book build .`, as people type it: the landing page and one more, with their widgets."""
    for name in ("book", "gn_edu", "locale", "_config.yml"):
        source, target = ROOT / name, tmp_path / name
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    chapter = {"file": "book/exit_check"}
    toc = {"format": "jb-book", "root": "book/index", "parts": [{"caption": "Chapters", "chapters": [chapter]}]}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc))
    (tmp_path / "book/path.yml").write_text(yaml.safe_dump([{"page": "book/index"}, {"page": "book/exit_check"}]))
    (tmp_path / "book/search.yml").unlink()  # it names pages that are not in this book
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "."]
    environment = os.environ | {"GN_EDU_DATA": "synthetic", "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for name in ("index", "exit_check"):
        assert 'class="gn-live"' in (tmp_path / f"_build/html/book/{name}.html").read_text(encoding="utf-8")
