"""Addresses that readers have: a host without https, as a class has it, and links to a state of a widget."""

import re
from html import unescape
from urllib.parse import urljoin

import pytest
from browser import CHAPTERS, CLASS, HTML, IS_BUILT, WITH_WIDGETS, until, wait_until_awake

pytestmark = pytest.mark.site


def linked() -> list[str]:
    """The links to widgets in the teachers' page, and one to a widget of each kind that it does not link."""
    teach = "book/teach.html"
    found = re.findall(r'href="([^"]*#\w+\.\w+\?[^"]*)"', (HTML / teach).read_text(encoding="utf-8"))
    links = [urljoin(teach, unescape(link)) for link in found]
    others = {}
    for page in CHAPTERS:
        text = (HTML / page).read_text(encoding="utf-8")
        for stem, name in re.findall(r'data-gn="widget" data-stem="(\w+)">{[^<]*?"name":"([^"]+)"', text):
            if not any(f"#{stem}." in link for link in links):
                others[stem] = f"{page}#{stem}.{name}?from=class"
    return links + list(others.values())


LINKS = linked() if IS_BUILT else []
WIDGET = """document.querySelector('[data-gn-widget="{}"][data-gn-name="{}"]')"""
# Where an element stands once the page has not been scrolled for thirty pictures in a row.
AT_REST = (
    "new Promise((done) => {{ let same = 0, last; const look = () => {{ same = scrollY === last ? same + 1 : 0;"
    " last = scrollY; if (same < 30) return requestAnimationFrame(look);"
    " const e = {0}, r = e.getBoundingClientRect(), above = document.elementFromPoint(r.x + r.width / 2, r.y + 3);"
    " done({{ top: r.top, bottom: r.bottom, free: e.contains(above), end: scrollY + innerHeight + 1 >="
    " document.documentElement.scrollHeight }}); }}; look(); }})"
)


@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_widgets_wake_on_a_host_without_https(browser, address, name):
    page = browser.new_page()
    said = []
    page.on("console", lambda m: m.type == "error" and said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(address.replace("127.0.0.1", CLASS) + name)
    assert not page.evaluate("isSecureContext")
    wait_until_awake(page)
    page.close()
    assert not said


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_to_its_widget(visit, link, width):
    """Its top is in sight, and the whole of it, or as much as the window holds."""
    page = visit(link, width=width)
    page.wait_for_load_state("networkidle")
    wait_until_awake(page)
    until(page, "!document.querySelector('.gn-live:not([data-gn-host=plotly]) > .gn-still')")
    stem, name = re.search(r"#(\w+)\.([^?]+)\?", link).groups()
    place = page.evaluate(AT_REST.format(WIDGET.format(stem, name)))
    assert place["top"] > -2 and place["free"], place
    assert place["bottom"] <= 800 or place["top"] < 200 or place["end"], place
