"""What every widget promises, on whatever page it stands: large type, a link, a way back, a still picture."""

import re
from urllib.parse import unquote

import pytest
from browser import CHAPTERS, HTML, WITH_WIDGETS, until, wait_until_awake

pytestmark = pytest.mark.site
SHOWN = [page for page in WITH_WIDGETS if page in CHAPTERS]


@pytest.mark.parametrize("name", SHOWN)
def test_every_widget_keeps_the_contract(visit, name):
    page = visit(name)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wait_until_awake(page)
    for widget in page.locator("[data-gn-widget]").all():
        stem, title = widget.get_attribute("data-gn-widget"), widget.get_attribute("data-gn-name")
        assert widget.get_attribute("role") == "group" and widget.get_attribute("aria-label")
        assert widget.locator("[aria-live], [role=status]").count() >= 1
        if stem == "quick_question":
            continue
        large = widget.locator("[data-gn-do=large]")
        large.focus()
        page.keyboard.press("Enter")
        assert large.get_attribute("aria-pressed") == "true" and "gn-large" in widget.get_attribute("class")
        page.keyboard.press("Enter")
        assert "gn-large" not in widget.get_attribute("class")
        widget.locator("[data-gn-do=copy]").click()
        until(page, "navigator.clipboard.readText().then((t) => t.includes('#'))")
        link = unquote(page.evaluate("navigator.clipboard.readText()"))
        assert f"#{stem}.{title}?" in link, link
        for control in widget.locator("button, input, select").all():
            if control.is_visible():
                named = control.evaluate(
                    "(e) => e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || e.title"
                )
                assert named and named.strip(), f"{stem}: a control without a name"


@pytest.mark.parametrize("name", SHOWN)
def test_what_the_widgets_of_a_page_share_stands_in_it_once(name):
    text = (HTML / name).read_text(encoding="utf-8")
    assert text.count('data-gn="source"') == 1
    (source,) = re.findall(r'data-gn="source">(.*?)</script>', text, re.DOTALL)
    stems = set(re.findall(r'data-gn="widget" data-stem="(\w+)"', text))
    assert set(re.findall(r"\w+ as (\w+)", source.rsplit("export", 1)[1])) == stems
    # A worker's script brings its own random numbers.
    assert source.count("Math.imul(") <= 3 + 3 * ("train_it" in stems)
    assert source.count("gn-tools") == 1 + ("statistic_set" in stems)


@pytest.mark.parametrize("name", SHOWN)
def test_without_javascript_every_widget_has_a_picture_with_words(visit, name):
    page = visit(name, java_script_enabled=False)
    for live in page.locator(".gn-live").all():
        picture = live.locator(".gn-still img")
        if picture.count():
            assert len(picture.first.get_attribute("alt")) > 30
            picture.first.scroll_into_view_if_needed()
            assert picture.first.bounding_box()["width"] > 200
        else:
            assert live.locator(".gn-question-still").count() >= 1


@pytest.mark.parametrize("name", [page for page in SHOWN if "ch03" in page or "index" in page])
def test_touch_works(widget_page, name):
    page = widget_page(name, width=390, has_touch=True, is_mobile=True)
    cells = page.locator("[data-gn-widget=statistic_set] [data-cell]")
    cells.first.scroll_into_view_if_needed()
    before = page.locator("[data-gn-widget=statistic_set] .gn-live-text").first.inner_text()
    cells.nth(5).tap()
    assert page.locator("[data-gn-widget=statistic_set] .gn-live-text").first.inner_text() != before
