"""Pages with widgets in Firefox, and in WebKit, which stands for Safari: they wake, and show what Chromium shows."""

from functools import cache

import pytest
from browser import HTML, WITH_WIDGETS, in_browser, site_is_built, wait_until_awake
from engines import FIREFOX, WEBKIT, Chromium, Firefox, WebKit, wait_for

pytestmark = [pytest.mark.site, site_is_built]

# How each kind of widget is driven: what is clicked; or what has the focus, and the key.
STEPS = {
    "batch_noise": ("[data-gn-batch='2']", "ArrowRight"),
    "cancellation_lab": ("[data-gn-offset]", "ArrowRight"),
    "exit_check": ("[data-gn-choice='0']",),
    "figure_one": ("[data-gn-size]", "ArrowRight"),
    "gradient_projection": ("[data-gn-scale]", "ArrowRight"),
    "neighbours": ("[data-gn-do=again]",),
    "quick_question": ("[data-gn-choice='1']", "Enter"),
    "reshape_microscope": ("[data-view=tensor][data-cell='5']",),
    "run_browser": ("[data-gn-measure]:checked", "ArrowRight"),
    "signal_depth": ("[data-gn-gain]", "ArrowRight"),
    "statistic_set": ("[data-cell='4']",),
    "tile_seams": ("[data-gn-border]", "ArrowRight"),
    "what_survives": ("[data-gn-move='1']",),
}
WIDGETS = "[...document.querySelectorAll('[data-gn-widget]')]"
KINDS = f"{WIDGETS}.map((w) => w.dataset.gnWidget)"
AWAKE = (
    "document.querySelectorAll('[data-gn-ready]').length >= document.querySelectorAll('script[data-gn=widget]').length"
    " && !document.querySelector('.gn-live:not([data-gn-host=plotly]) .gn-still')"
)
SCROLLS = "document.documentElement.scrollWidth - innerWidth > 0"


def control(i, selector):
    return f"{WIDGETS}[{i}].querySelector({selector!r})"


def shown(engine, i):
    """The numbers that one widget shows, by name, and its sentence."""
    return engine.evaluate(
        f"Object.fromEntries([...{WIDGETS}[{i}].querySelectorAll('[data-gn-value], .gn-live-text, .gn-reply')]"
        ".map((e, k) => [`${k} ${e.dataset.gnValue ?? e.className}`, e.textContent]))"
    )


def drive(engine):
    """One step in every widget of the page; what they show then."""
    numbers = []
    for i, kind in enumerate(engine.evaluate(KINDS)):
        selector, *keys = STEPS[kind]
        before = shown(engine, i)
        if keys:
            engine.evaluate(f"{control(i, selector)}.focus()")
            engine.press(*keys)
        else:
            at = f"((r) => [r.x + r.width / 2, r.y + r.height / 2])({control(i, selector)}.getBoundingClientRect())"
            engine.evaluate(f"{control(i, selector)}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
            engine.click(*engine.evaluate(at))
        wait_for(lambda i=i, before=before: shown(engine, i) != before, f"{kind} shows other numbers")
        numbers.append((kind, shown(engine, i)))
    return numbers


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


@in_browser
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
        found = {"scrolls": engine.evaluate(SCROLLS), "complaints": engine.complaints()}
        faults |= {width: {key: value for key, value in found.items() if value}} if any(found.values()) else {}
    assert faults == {}
