"""The built site in headless Chromium, under a sub-path, with every request to another host refused and counted."""

import functools
import gzip
import http.server
import json
import os
import re
import shutil
import threading
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import torch
from scripts_path import scripts

from gn_edu import norms
from gn_edu.data import hand_tensor

HTML = Path(__file__).parents[1] / "_build" / "html"
PAGES = sorted(str(path.relative_to(HTML)) for path in HTML.rglob("*.html")) or ["book/index.html"]
CHAPTERS = [page for page in PAGES if page.startswith(("book/", "notebooks/"))]
LANDING = "book/index.html"
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
CHROMIUM = os.environ.get("GN_EDU_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser"))), ""
)

pytestmark = [
    pytest.mark.site,
    pytest.mark.skipif(not (HTML / LANDING).exists(), reason="the site is not built: make book"),
]
in_browser = pytest.mark.skipif(
    not CHROMIUM, reason="Chromium is missing: apt install chromium, or set GN_EDU_CHROMIUM to its path"
)


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The site under http://127.0.0.1:port/some/where/."""
    root = tmp_path_factory.mktemp("host")
    (root / "some").mkdir()
    (root / "some" / "where").symlink_to(HTML)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/some/where/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


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


def wait_until_awake(page):
    """All widgets are ready soon after the load, wherever they stand."""
    awake, all_ = (f"document.querySelectorAll('{q}').length" for q in ("[data-gn-ready]", "script[data-gn=widget]"))
    page.wait_for_function(f"{awake} >= {all_}", timeout=5000)


def gzipped(body):
    """The bytes that a host sends for it: gzipped, unless that is longer (fonts, pictures)."""
    return min(len(gzip.compress(body)), len(body))


def scroll_through(page):
    for y in range(0, page.evaluate("document.documentElement.scrollHeight"), 600):
        page.evaluate(f"scrollTo(0, {y})")
        page.wait_for_timeout(30)


# ---- every page


@in_browser
@pytest.mark.parametrize("name", PAGES)
def test_page_is_clean_and_fits(visit, name):
    for width in (1280, 360):
        page = visit(name, width=width)
        wait_until_awake(page)
        scroll_through(page)
        page.wait_for_function(
            "[...document.querySelectorAll('[data-gn-host=plotly]')].every((e) => 'gnReady' in e.dataset)",
            timeout=20_000,
        )
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate("document.querySelectorAll('.gn-live .gn-still').length") == 0
        outside = page.evaluate(
            "[...document.querySelectorAll('.gn *')].filter((e) => e.offsetParent && !e.closest('svg') &&"
            " e.getBoundingClientRect().right > e.closest('.gn').getBoundingClientRect().right + 1).length"
        )
        assert outside == 0


@in_browser
@pytest.mark.parametrize("name", PAGES)
def test_budget_before_scrolling(visit, name):
    page = visit(name)
    page.wait_for_load_state("networkidle")
    has_widgets = page.evaluate("document.querySelectorAll('.gn-live').length > 0")
    sizes = {path: gzipped((HTML / path).read_bytes()) for path in set(page.fetched)}
    assert len(page.fetched) <= 25, page.fetched
    assert sum(sizes.values()) / 1000 <= (250 if has_widgets else 180), sizes
    assert not any("plotly" in path for path in page.fetched)


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CHAPTERS)
def test_axe_finds_nothing_in_our_markup(visit, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, color_scheme=scheme)
    wait_until_awake(page)
    scroll_through(page)
    page.wait_for_timeout(400)
    found = Axe().run(page, context="article", options={"resultTypes": ["violations"]})
    said = [(v["id"], [n["html"][:150] for n in v["nodes"]][:4]) for v in found.response["violations"]]
    assert not said


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    text = (HTML / name).read_text(encoding="utf-8")
    for target in re.findall(
        r'(?:href|src)="([^"]+)"', re.sub(r"<script type=.*?</script>", "", text, flags=re.DOTALL)
    ):
        parts = urlsplit(urljoin(f"http://here/{name}", target.replace("&amp;", "&")))
        if parts.netloc != "here" or parts.scheme != "http":
            continue
        path = HTML / unquote(parts.path).lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        assert path.is_file(), f"{name} -> {target}"
        if parts.fragment and path.suffix == ".html":
            assert f'id="{unquote(parts.fragment)}"' in path.read_text(encoding="utf-8"), f"{name} -> {target}"


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_page_names_another_host_for_anything_it_loads(name):
    text = (HTML / name).read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"(?:https?:)?//[^\"]+", text)


@pytest.mark.parametrize("name", [page for page in CHAPTERS if page.startswith("notebooks/")])
def test_chapter_opens_in_colab_from_its_badge(name):
    repository, tag = scripts("address").present()
    notebook = name.replace(".html", ".ipynb")
    path = repository.removeprefix("https://github.com/")
    text = (HTML / name).read_text(encoding="utf-8")
    assert f'href="https://colab.research.google.com/github/{path}/blob/{tag}/{notebook}"' in text


# ---- without a server, without JavaScript


@in_browser
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


@in_browser
def test_without_javascript_stills_formulas_and_answers_stand_there(visit):
    page = visit(LANDING, java_script_enabled=False)
    image = page.locator(".gn-still img")
    assert image.get_attribute("alt").startswith("Image 1, channel 1: group norm averages 4 of 16 values.")
    assert image.bounding_box()["width"] > 200
    page = visit("notebooks/ch03_one_formula.html", java_script_enabled=False)
    assert page.locator("math").count() > 10 and page.locator("math mfrac").count() >= 3
    assert page.locator(".gn-question-still").count() == 3
    page.locator(".gn-question-still summary").first.click()
    assert "4096" in page.locator(".gn-question-still details").first.inner_text()
    page = visit("notebooks/ch08_cifar10.html", java_script_enabled=False)
    figure = page.locator("[data-gn-host=plotly]")
    assert figure.locator("img").get_attribute("alt").startswith("Test error by epoch: batch norm ends at")


# ---- W1


def number(page, name, stem="statistic_set"):
    return page.locator(f"[data-gn-widget={stem}] [data-gn-value='{name}']").inner_text()


def shown(value, digits=3):
    text = f"{value:.{digits}f}"
    return text if float(text) else f"{0:.{digits}f}"


def outputs(x, method, groups=2):
    return {
        "batch": lambda: norms.batch_norm(x, None, None, training=True),
        "layer": lambda: norms.layer_norm(x, x.shape[1:]),
        "instance": lambda: norms.instance_norm(x),
        "group": lambda: norms.group_norm(x, groups),
    }[method]()


def assert_shows(page, x, method, groups=2, focus=0):
    """Every number in the widget equals torch's in float64, digit for digit."""
    x = x.double()
    y = outputs(x, method, groups).flatten()
    for i, value in enumerate(y.tolist()):
        assert number(page, f"y[{i}]") == shown(value, 2)
    assert number(page, "x_hat") == shown(y[focus].item()) and number(page, "y") == shown(y[focus].item())
    lit = [int(e.get_attribute("data-cell")) for e in page.locator(".gn-cell.lit").all()]
    members = x.flatten()[lit]
    assert number(page, "m") == str(len(lit))
    assert number(page, "mean") == shown(members.mean().item())
    assert number(page, "variance") == shown(members.var(correction=0).item())
    sigma = (members.var(correction=0) + 1e-5).sqrt().item()
    assert number(page, "sigma") == shown(sigma)
    said = page.locator(".gn-live-text").inner_text()
    assert f"averages {len(lit)} of {x.numel()} values" in said
    assert f"Mean {shown(members.mean().item())}, σ {shown(sigma)}" in said


@pytest.fixture
def landing(visit):
    page = visit(LANDING, permissions=["clipboard-read", "clipboard-write"])
    wait_until_awake(page)
    return page


@in_browser
def test_w1_by_mouse(landing):
    x = hand_tensor()
    assert_shows(landing, x, "group")
    for method in ("batch", "layer", "instance", "group"):
        landing.locator(f".gn-methods input[value={method}]").check()
        assert_shows(landing, x, method)
    landing.click("[data-cell='13']")
    assert_shows(landing, x, "group", focus=13)
    landing.click("[data-gn-do=more]")
    x.view(-1)[13] += 1
    assert_shows(landing, x, "group", focus=13)
    assert "moved 4 of 16 outputs" in landing.locator(".gn-live-text").inner_text()
    landing.click("[data-gn-do=reset]")
    assert_shows(landing, hand_tensor(), "group")


@in_browser
def test_w1_dragging_changes_the_value(landing):
    box = landing.locator("[data-cell='0'] .face").bounding_box()
    landing.mouse.move(box["x"] + 10, box["y"] + 10)
    landing.mouse.down()
    landing.mouse.move(box["x"] + 10, box["y"] - 50, steps=6)
    landing.mouse.up()
    x = hand_tensor()
    x.view(-1)[0] = float(number(landing, "x"))
    assert x.view(-1)[0] > 2
    assert_shows(landing, x, "group")


@in_browser
def test_w1_by_keyboard_alone(landing):
    x = hand_tensor()
    landing.focus("[data-cell='0']")
    for key in ("ArrowRight", "ArrowDown", "+", "+", "-"):
        landing.keyboard.press(key)
    x.view(-1)[3] += 1
    assert_shows(landing, x, "group", focus=3)
    landing.focus(".gn-slider input")
    landing.keyboard.press("ArrowRight")
    assert number(landing, "groups") == "4"
    assert "3 does not divide 4 channels" in landing.locator(".gn-live-text").inner_text()
    assert "same set as instance norm" in landing.locator(".gn-live-text").inner_text()
    assert_shows(landing, x, "group", groups=4, focus=3)
    landing.keyboard.press("Home")
    assert_shows(landing, x, "group", groups=1, focus=3)
    landing.focus(".gn-methods input[value=group]")
    landing.keyboard.press("ArrowLeft")
    assert_shows(landing, x, "instance", focus=3)
    landing.focus("[data-gn-do=reset]")
    landing.keyboard.press("Enter")
    assert_shows(landing, hand_tensor(), "group")


@in_browser
def test_w1_gamma_and_beta_are_per_channel(landing):
    landing.click(".gn-affine summary")
    landing.fill("[data-gn-knob=gamma1]", "3")
    landing.fill("[data-gn-knob=beta1]", "-1")
    gamma, beta = torch.tensor([1.0, 3, 1, 1]).double(), torch.tensor([0.0, -1, 0, 0]).double()
    y = norms.group_norm(hand_tensor().double(), 2, gamma, beta).flatten()
    for i, value in enumerate(y.tolist()):
        assert number(landing, f"y[{i}]") == shown(value, 2)


@in_browser
def test_w1_interleaved_groups_are_another_layer(landing):
    landing.check("[data-gn-interleaved]")
    x = hand_tensor().double()
    order = torch.tensor([0, 2, 1, 3])
    y = norms.group_norm(x[:, order], 2)[:, order].flatten()
    for i, value in enumerate(y.tolist()):
        assert number(landing, f"y[{i}]") == shown(value, 2)


@in_browser
@pytest.mark.parametrize("method, right", [("group", {0, 1, 2, 3}), ("batch", {0, 1, 8, 9})])
def test_w1_prediction_game(landing, method, right):
    landing.locator(f".gn-methods input[value={method}]").check()
    landing.click("[data-gn-do=predict]")
    for i in right:
        landing.click(f"[data-output='{i}']")
    landing.click("[data-gn-do=check]")
    assert "Right: exactly these 4 outputs moved." in landing.locator(".gn-live-text").inner_text()
    landing.click("[data-gn-do=reset]")
    landing.locator(f".gn-methods input[value={method}]").check()
    landing.click("[data-gn-do=predict]")
    landing.focus("[data-output='15']")
    landing.keyboard.press("Enter")
    landing.click("[data-gn-do=check]")
    assert "You marked 0 of them, and 1 that stood still." in landing.locator(".gn-live-text").inner_text()


@in_browser
def test_w1_state_is_in_the_link(landing, visit):
    landing.locator(".gn-methods input[value=batch]").check()
    landing.click("[data-cell='6']")
    landing.click("[data-gn-do=more]")
    landing.click("[data-gn-do=copy]")
    landing.wait_for_function("document.querySelector('.gn-said').textContent === 'Link copied.'")
    link = landing.evaluate("navigator.clipboard.readText()")
    assert "#statistic_set.hand?" in link
    page = visit(link)
    wait_until_awake(page)
    x = hand_tensor()
    x.view(-1)[6] += 1
    assert_shows(page, x, "batch", focus=6)
    landing.wait_for_timeout(400)
    assert landing.url == link


@in_browser
def test_w1_survives_a_damaged_link(visit):
    for state in ("method=unknown&groups=3&focus=99&values=1%20x", "focus=-1", "values=", "gamma=1"):
        page = visit(f"{LANDING}#statistic_set.hand?{state}")
        wait_until_awake(page)
        assert_shows(page, hand_tensor(), "group")


@in_browser
def test_large_type(landing):
    before = landing.locator(".gn-live-text").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    landing.click("[data-gn-do=large]")
    after = landing.locator(".gn-live-text").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    assert after >= 1.3 * before
    assert landing.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@in_browser
def test_touch_targets_and_taps_on_a_phone(visit):
    page = visit("notebooks/ch03_one_formula.html", width=390, has_touch=True, is_mobile=True)
    wait_until_awake(page)
    for selector in (".gn-cell .face", ".gn-choice", ".gn-tools button:visible", ".gn-choices button"):
        for target in page.locator(f".gn {selector}").all():
            box = target.bounding_box()
            assert min(box["width"], box["height"]) >= 24, selector
    page.tap("[data-cell='30']")
    assert page.locator("[data-cell='30']").get_attribute("class").split().count("focus") == 1


# ---- quick questions


@in_browser
@pytest.mark.parametrize("name", [page for page in CHAPTERS if page.startswith("notebooks/")])
def test_quick_questions_answer_by_mouse_and_keyboard(visit, name):
    questions = json.loads((Path(__file__).parents[1] / "gn_edu/widgets/questions.json").read_text())
    page = visit(name)
    wait_until_awake(page)
    widgets = page.locator("[data-gn-widget=quick_question]")
    assert widgets.count() == 3
    for widget in widgets.all():
        choices = questions[widget.get_attribute("data-gn-name")]["choices"]
        reply = widget.locator(".gn-reply")
        for k, choice in enumerate(choices):
            button = widget.locator(f"[data-gn-choice='{k}']")
            if k % 2:
                button.focus()
                page.keyboard.press("Enter")
            else:
                button.click()
            verdict = f"Not yet ({choice['mistake']})." if "mistake" in choice else "Right."
            assert reply.inner_text() == f"{verdict} {choice['reply']}"
            assert button.get_attribute("aria-pressed") == "true"
        widget.locator("[data-gn-do=reset]").click()
        assert reply.inner_text() == ""


# ---- figures and languages


@in_browser
def test_plotly_comes_when_its_figure_is_near(visit):
    page = visit("notebooks/ch08_cifar10.html")
    wait_until_awake(page)
    page.wait_for_timeout(300)
    assert not any("plotly" in path for path in page.fetched)
    page.locator("[data-gn-host=plotly]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-gn-host=plotly][data-gn-ready] .js-plotly-plot", timeout=20_000)
    assert page.locator(".js-plotly-plot .scatterlayer .trace").count() >= 12


SI = "si/book/index.html"


@in_browser
@pytest.mark.skipif(not (HTML / SI).exists(), reason='only English is built: make book LANGS="en si"')
def test_sinhala_page(visit):
    page = visit(SI)
    wait_until_awake(page)
    assert page.evaluate("document.documentElement.lang") == "si"
    assert page.locator(".gn-methods").inner_text().split() == ["කාණ්ඩ", "ස්තර", "අවස්ථා", "සමූහ"]
    page.click(".gn-languages a[lang=en]")
    assert page.url.endswith("/some/where/book/index.html")
    page.click(".gn-languages a[lang=si]")
    assert page.url.endswith(f"/some/where/{SI}")
    page = visit("si/notebooks/ch03_one_formula.html")
    wait_until_awake(page)
    assert page.locator("div[lang=en] [data-gn-widget=quick_question]").count() == 3


@in_browser
@pytest.mark.parametrize("name", [page for page in CHAPTERS if "ch08" not in page])
def test_every_label_of_a_widget_can_be_translated(visit, address, browser, name):
    """With a catalogue that puts brackets around each message, no word stands outside of brackets."""
    words = {m.id: f"⟦{m.id}⟧" for m in scripts("i18n").widget_messages() if m.id}
    script = f'<script type="application/gn+json" data-gn="catalogue">{json.dumps(words)}</script>'
    page = browser.new_page()
    html = (HTML / name).read_text(encoding="utf-8").replace("</body>", script + "</body>")
    page.route(address + name, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(address + name)
    wait_until_awake(page)
    for widget in page.locator("[data-gn-widget]").all():
        texts = widget.evaluate(
            "(e) => [...e.querySelectorAll('*'), e].flatMap((n) => [n.getAttribute('aria-label') ?? '',"
            " n.getAttribute('aria-valuetext') ?? '', ...[...n.childNodes].filter((c) => c.nodeType === 3)"
            ".map((c) => c.data)])"
        )
        for text in texts:
            outside = re.sub(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧", "", text)
            assert not re.search(r"[A-Za-z]{3,}", outside), text
    page.close()
