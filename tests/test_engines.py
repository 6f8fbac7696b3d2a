"""Pages with widgets in Firefox, and in WebKit, which stands for Safari: they wake, and show what Chromium shows."""

import base64
import io
from functools import cache

import pytest
from browser import HTML, LANDING, WITH_WIDGETS, wait_until_awake
from driving import DROP, Chromium, drive, wait_for
from engines import FIREFOX, WEBKIT, Firefox, WebKit
from PIL import Image

pytestmark = pytest.mark.site

AWAKE = (
    "document.querySelectorAll('[data-gn-ready]').length >= document.querySelectorAll('script[data-gn=widget]').length"
    " && !document.querySelector('.gn-live:not([data-gn-host=plotly]) .gn-still')"
)
HERO = "document.querySelector('[data-gn-widget=neighbours][data-gn-name=home]')"
COUNTED = f"{HERO}.innerText.includes('Your picture beside') && {HERO}.innerText.includes('whoever is chosen')"
SCROLLS = "document.documentElement.scrollWidth - innerWidth > 0"


@pytest.fixture(scope="session")
def in_chromium(browser, address):
    """in_chromium(page) -> what its widgets show there after the same steps."""

    @cache
    def shows(name):
        page = browser.new_page()
        page.goto(address + name)
        wait_until_awake(page)
        numbers = drive(Chromium(page))
        page.close()
        return numbers

    return shows


@pytest.fixture(scope="session")
def firefox(tmp_path_factory):
    engine = Firefox(HTML, tmp_path_factory.mktemp("profile"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def webkit():
    engine = WebKit(HTML)
    yield engine
    engine.close()


ENGINES = [
    pytest.param(
        "firefox", marks=pytest.mark.skipif(not FIREFOX, reason="Firefox is missing: apt install firefox-esr")
    ),
    pytest.param(
        "webkit",
        marks=pytest.mark.skipif(not WEBKIT, reason="WebKitGTK is missing: apt install webkit2gtk-driver xvfb"),
    ),
]


def complaints(engine, name, width):
    """What the engine says. Firefox may lay out a formula that is still arriving; a fault stays when reloaded."""
    said = engine.complaints()
    if said and all("Invalid markup" in one for one in said):
        engine.open(name, width)
        wait_for(lambda: engine.evaluate(AWAKE), f"all widgets of {name} are awake")
        said = engine.complaints()
    return said


@pytest.mark.parametrize("which", ENGINES)
@pytest.mark.parametrize("name", WITH_WIDGETS)
def test_page_in_other_engines(request, in_chromium, name, which):
    engine = request.getfixturevalue(which)
    faults = {}
    for width in (1280, 390):
        engine.open(name, width)
        wait_for(lambda: engine.evaluate(AWAKE), f"all widgets of {name} are awake")
        if width == 1280:
            assert drive(engine) == in_chromium(name)
        found = {"scrolls": engine.evaluate(SCROLLS), "complaints": complaints(engine, name, width)}
        faults |= {width: {key: value for key, value in found.items() if value}} if any(found.values()) else {}
    assert faults == {}


@pytest.mark.parametrize("which", ENGINES)
def test_a_picture_of_the_readers_own_in_other_engines(request, browser, address, which):
    """Of one colour, so that no engine's way to shrink a picture counts."""
    written = io.BytesIO()
    Image.new("RGB", (90, 70), (200, 60, 40)).save(written, "png")
    drop = f"({DROP})({HERO}, {['one.png', 'image/png', base64.b64encode(written.getvalue()).decode()]})"
    page, engine = browser.new_page(), request.getfixturevalue(which)
    page.goto(address + LANDING)
    wait_until_awake(page)
    engine.open(LANDING, 1280)
    wait_for(lambda: engine.evaluate(AWAKE), "all widgets are awake")
    said = []
    for evaluate in (page.evaluate, engine.evaluate):
        assert evaluate(drop) == [False, False]
        wait_for(lambda evaluate=evaluate: evaluate(COUNTED), "both networks have answered")
        said.append(evaluate(f"[...{HERO}.querySelectorAll('.gn-live-text, .gn-part')].map((e) => e.textContent)"))
    page.close()
    assert said[0] == said[1] and engine.complaints() == []
