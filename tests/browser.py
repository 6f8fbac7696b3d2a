"""The built site in headless Chromium: where it is, how to start it, and what every browser test needs."""

import gzip
import json
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from gn_edu_site.node import node_path
from scripts.chromium import MISSING, find_chromium, open_chromium
from scripts.paths import HTML
from scripts.serve import served


def _worth_a_visit(path: Path) -> bool:
    """Not the root of a language, which only sends the reader on, nor an English page in another language's frame."""
    text = path.read_text(encoding="utf-8")
    return 'http-equiv="refresh"' not in text and 'class="gn-untranslated"' not in text


LANDING = "book/index.html"
IS_BUILT = (HTML / LANDING).is_file()
PAGES = [LANDING]
if IS_BUILT:
    PAGES = sorted(str(path.relative_to(HTML)) for path in HTML.rglob("*.html") if _worth_a_visit(path))
WITH_WIDGETS = [p for p in PAGES if IS_BUILT and 'data-gn="widget"' in (HTML / p).read_text(encoding="utf-8")]
CHAPTERS = [page for page in PAGES if page.startswith(("book/", "notebooks/"))]
CLASS = "class.test"  # another name of this machine, without https: no secure context

site_is_built = pytest.mark.skipif(not IS_BUILT, reason="the site is not built: make book")
both_built = pytest.mark.skipif(
    not (HTML / "si/book/index.html").exists(), reason='only English is built: make book LANGS="en si"'
)
in_browser = pytest.mark.skipif(not find_chromium(), reason=MISSING)


def pytest_collection_modifyitems(items):
    """A test that asks for the browser needs Chromium; one that asks for the site's address, or says so, the site."""
    for item in items:
        asked = getattr(item, "fixturenames", ())  # a notebook's cell asks for nothing
        if "browser" in asked:
            item.add_marker(in_browser)
        if "address" in asked or item.get_closest_marker("site"):
            item.add_marker(site_is_built)


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The site under http://127.0.0.1:port/some/where/."""
    root = tmp_path_factory.mktemp("host")
    (root / "some").mkdir()
    (root / "some" / "where").symlink_to(HTML)
    with served(root) as host:
        yield f"{host}some/where/"


@pytest.fixture(scope="session")
def browser():
    with open_chromium(f"--host-resolver-rules=MAP {CLASS} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def visit(browser, address):
    """visit(page, **context options) -> a Playwright page, page.fetched its paths; fails on any complaint."""
    opened = []

    def visit(name, width=1280, check=True, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        page = context.new_page()
        page.complaints, page.fetched = [], []

        def guard(route):
            url = route.request.url
            if urlsplit(url).scheme in ("http", "https") and not url.startswith(address):
                page.complaints.append(f"request to another place: {url}")
                return route.abort()
            return route.continue_()

        def note(response):
            if response.ok and response.url.startswith(address):
                page.fetched.append(unquote(urlsplit(response.url[len(address) :]).path))

        def fail(request):
            if request.failure != "net::ERR_ABORTED":  # the reader went to another page before it came
                page.complaints.append(f"failed: {request.url} ({request.failure})")

        page.route("**/*", guard)
        page.on("response", note)
        page.on("console", lambda m: m.type in ("error", "warning") and page.complaints.append(m.text))
        page.on("pageerror", lambda e: page.complaints.append(str(e)))
        page.on("requestfailed", fail)
        page.goto(name if "://" in name else address + name)
        opened.append((context, page, check))
        return page

    yield visit
    for context, page, check in opened:
        complaints = list(page.complaints)
        context.close()
        assert not (check and complaints), complaints


@pytest.fixture
def widget_page(visit):
    """widget_page(page, **what visit takes) -> the same when all its widgets are awake."""

    def widget_page(name, **options):
        page = visit(name, **options)
        wait_until_awake(page)
        return page

    return widget_page


def until(page, expression, timeout=30_000):
    """Wait until an expression holds. Not wait_for_function: that evaluates text, which the pages' policy forbids."""
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"after {timeout} ms still not: {expression}"
        page.wait_for_timeout(20)


def wait_until_awake(page):
    """All widgets are ready soon after the load, wherever they stand."""
    awake, all_ = (f"document.querySelectorAll('{q}').length" for q in ("[data-gn-ready]", "script[data-gn=widget]"))
    until(page, f"{awake} >= {all_}")


def scrolled(page):
    """Where the page stands, once it has come to rest."""
    before, same = None, 0
    while same < 3:
        page.wait_for_timeout(50)
        now = page.evaluate("scrollY")
        before, same = now, same + 1 if now == before else 0
    return before


def finger(page):
    """finger(kind, (x, y)) touches the window, moves and lifts the finger: touchStart, touchMove, touchEnd."""
    session = page.context.new_cdp_session(page)

    def put(kind, *places):
        points = [{"x": x, "y": y} for x, y in places]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return put


def state_of(page, widget):
    """The state of a widget, as the link to it has it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('')")
    page.locator(widget).locator("[data-gn-do=copy]").click()
    until(page, "navigator.clipboard.readText().then((t) => t.includes('#'))")
    return dict(parse_qsl(urlsplit(page.evaluate("navigator.clipboard.readText()")).fragment.partition("?")[2]))


def gzipped(body):
    """The bytes that a host sends for it: gzipped, unless that is longer (fonts, pictures)."""
    return min(len(gzip.compress(body)), len(body))


def number(page, name, stem="statistic_set"):
    """The text of one displayed statistic, in the first such widget of the page."""
    return page.locator(f"[data-gn-widget={stem}] [data-gn-value='{name}']").first.inner_text()


def shown(value, digits=3):
    text = f"{value:.{digits}f}"
    return text if float(text) else f"{0:.{digits}f}"


VIEW = "d.cases.map(w.view)"  # what a widget computes for each of the cases


def run_module(path, expression, **data):
    """The value of a JavaScript expression, given the module at `path` as `w` and the data as `d`."""
    program = (
        'let input = ""; process.stdin.on("data", (text) => (input += text)).on("end", async () => {'
        f" const d = JSON.parse(input), w = await import({json.dumps(path.as_uri())});"
        f" process.stdout.write(JSON.stringify({expression})); }});"
    )
    result = subprocess.run([node_path(), "-e", program], input=json.dumps(data), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)
