"""The data of a page: what widgets share stands in it once, what is asked for late is a file of its own."""

import hashlib
import json
import re

import pytest
from browser import HTML, LANDING, WITH_WIDGETS, until

from gn_edu_site.page_data import LARGE, PageData

LONG, SHORT = ["</script>" + "x" * LARGE], ["short"]
HOME = "[data-gn-widget=neighbours][data-gn-name=home]"


def elements(text):
    """(attributes, value) of every script element with data."""
    found = re.findall(r'<script type="application/gn\+json"([^>]*)>(.*?)</script>', text, re.DOTALL)
    return [
        (dict(re.findall(r'data-(\S+)="([^"]*)"', names)), json.loads(body.replace("<\\/", "</")))
        for names, body in found
    ]


def state(**traits):
    return {"name": "a", "_anywidget_id": "x", "layout": "y", "_late": ["heavy"], "heavy": {"w": "</script>"}, **traits}


def test_a_long_value_of_two_widgets_stands_in_the_page_once(tmp_path):
    states = [state(pictures=LONG, other=SHORT), state(photos=LONG, other=SHORT)]
    data = PageData(states, tmp_path)
    first, second = (elements(data.scripts("stem", one)) for one in states)
    (shared, value), (names, own) = first
    assert shared["gn"] == "shared" and value == LONG and own == {"name": "a", "other": SHORT}
    assert names["shared"] == f"pictures:{shared['id']}"
    ((names, own),) = second
    assert names["shared"] == f"photos:{shared['id']}" and own == {"name": "a", "other": SHORT}


def test_a_long_value_of_one_widget_stays_with_it(tmp_path):
    ((names, own),) = elements(PageData([state(pictures=LONG)], tmp_path).scripts("stem", state(pictures=LONG)))
    assert own["pictures"] == LONG and "shared" not in names


def test_a_late_value_is_a_script_that_hands_it_over(tmp_path):
    text = PageData([state()], tmp_path).scripts("stem", state())
    ((names, value),) = elements(text)
    assert value == {"name": "a"} and names["gn"] == "widget"
    key, _, name = names["late"].partition(":")
    script = (tmp_path / name).read_text()
    assert key == "heavy" and script.startswith("document.currentScript.gnData=")
    assert json.loads(script.partition("=")[2].rstrip(";\n")) == {"w": "</script>"}
    assert hashlib.sha256(json.dumps({"w": "</script>"}, separators=(",", ":")).encode()).hexdigest()[:8] in name


@pytest.mark.site
def test_every_late_file_that_a_page_names_is_there_and_no_other():
    named = set()
    for page in WITH_WIDGETS:
        text = (HTML / page).read_text(encoding="utf-8")
        static = (HTML / page).parent / re.search(r'src="([./]*_static/)site-', text)[1]
        for names in re.findall(r' data-late="([^"]*)"', text):
            named |= {(static / pair.partition(":")[2]).resolve() for pair in names.split()}
    assert named == {path.resolve() for path in HTML.rglob("_static/data-*.js")} != set()


@pytest.mark.site
def test_a_press_loads_the_networks_on_a_page_that_was_opened_by_double_click(browser):
    """On file:// a page may neither fetch nor import; and the page's policy holds there, too."""
    page, said = browser.new_page(), []
    page.on("console", lambda m: m.type in ("error", "warning") and said.append(m.text))
    page.goto((HTML / LANDING).as_uri())
    until(page, f"document.querySelector('{HOME}[data-gn-ready]')")
    assert page.locator("script[src*='data-']").count() == 0
    before = page.locator(f"{HOME} .gn-live-text").inner_text()
    page.check(f"{HOME} [data-gn-batch='4']")
    until(page, f"document.querySelector('{HOME} .gn-live-text').innerText.includes('batch of 4')")
    assert page.locator("script[src*='data-']").count() == 1
    assert page.locator(f"{HOME} .gn-live-text").inner_text() != before and said == []
    page.close()
