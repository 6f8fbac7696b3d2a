"""A wrong answer offers "See it": the link sets a widget to the state that shows the answer and brings it into view."""

from urllib.parse import parse_qsl

import pytest
from browser import HTML, both_built, state_of, until, wait_until_awake

from gn_edu.questions import part, questions
from gn_edu.widgets import ExitCheck

pytestmark = pytest.mark.site
SEEN = {name: question["see"] for name, question in questions().items() if "see" in question}
ON_ITS_PAGE = "ch03-groups"
ELSEWHERE = "ch08-eval"
EXIT = [name for name in questions() if part(name) == "exit"]


IN_VIEW = """(() => {
    const widget = document.querySelector(`%s`);
    const { top, bottom } = (widget.querySelector("[data-gn-about]") ?? widget).getBoundingClientRect();
    return -1 <= top && top <= 400 && bottom > 200;
})()"""


def page_of(name):
    """The page that asks it."""
    if part(name) == "exit":
        return "book/exit_check.html"
    (page,) = HTML.glob(f"notebooks/{part(name)}_*.html")
    return str(page.relative_to(HTML))


def widget_of(name):
    """The widget that shows the answer, and the state that the link gives it."""
    target, _, state = SEEN[name].partition("#")[2].partition("?")
    stem, title = target.split(".")
    return f"[data-gn-widget={stem}][data-gn-name='{title}']", dict(parse_qsl(state))


def answer_wrongly(page, name):
    """The link that is offered then."""
    wrong = next(k for k, choice in enumerate(questions()[name]["choices"]) if "mistake" in choice)
    if part(name) == "exit":
        asked = page.locator("[data-gn-widget=exit_check] [data-gn-question]").nth(EXIT.index(name))
    else:
        asked = page.locator(f"[data-gn-widget=quick_question][data-gn-name='{name}']")
    asked.locator(f"[data-gn-choice='{wrong}']").click()
    return asked.locator("[data-gn-see]")


def follow(page, name):
    link = answer_wrongly(page, name)
    assert link.inner_text() == "See it"
    link.click()
    page.wait_for_url(f"**/{SEEN[name].partition('#')[0]}*")
    until(page, "document.readyState === 'complete'")
    wait_until_awake(page)


def shown_state(page, name):
    return state_of(page, widget_of(name)[0])


def assert_set(page, name):
    """The address is the link's, the widget lies in view, and its state is the link's."""
    root, wanted = widget_of(name)
    until(page, f"location.hash === {'#' + SEEN[name].partition('#')[2]!r}")
    until(page, IN_VIEW % root, 10_000)
    assert wanted.items() <= shown_state(page, name).items()


def test_there_are_questions_with_a_link():
    assert len(SEEN) >= 20 and len(EXIT) == len(ExitCheck().questions)
    assert {ON_ITS_PAGE, ELSEWHERE} <= SEEN.keys()


@pytest.mark.parametrize("name", SEEN)
def test_see_it_sets_the_widget_and_brings_it_into_view(widget_page, name):
    page = widget_page(page_of(name))
    page.evaluate("window.stays = true")
    follow(page, name)
    here = SEEN[name].partition("#")[0] == page_of(name)
    assert page.evaluate("Boolean(window.stays)") == here  # its own page is not loaded again
    assert_set(page, name)


def test_a_right_answer_offers_nothing(widget_page):
    page = widget_page(page_of(ON_ITS_PAGE))
    right = next(k for k, choice in enumerate(questions()[ON_ITS_PAGE]["choices"]) if "mistake" not in choice)
    asked = page.locator(f"[data-gn-widget=quick_question][data-gn-name='{ON_ITS_PAGE}']")
    assert answer_wrongly(page, ON_ITS_PAGE).count() == 1
    asked.locator(f"[data-gn-choice='{right}']").click()
    assert asked.locator("[data-gn-see]").count() == 0


@pytest.mark.parametrize("how", ["a query", "without .html", "file"])
def test_its_own_page_is_not_loaded_again_however_it_was_opened(visit, address, how):
    path = page_of(ON_ITS_PAGE)
    page = visit((HTML / path).as_uri() if how == "file" else path + ("?from=mail" if how == "a query" else ""))
    wait_until_awake(page)
    if how == "without .html":  # as some hosts write it
        page.evaluate("history.replaceState(null, '', location.pathname.replace('.html', ''))")
    before = page.evaluate("location.href")
    page.evaluate("window.stays = true")
    link = answer_wrongly(page, ON_ITS_PAGE)
    link.click()
    until(page, "location.hash.startsWith('#statistic_set.six?')")
    assert page.evaluate("window.stays") and page.evaluate("location.href").partition("#")[0] == before
    method, groups = (page.locator(f"{widget_of(ON_ITS_PAGE)[0]} {part}") for part in (":checked", "[data-gn-groups]"))
    assert method.first.get_attribute("value") == "group" and groups.first.input_value() == "2"


def test_pressed_again_it_sets_the_widget_again_and_the_focus_is_there(widget_page):
    page = widget_page(page_of(ON_ITS_PAGE))
    follow(page, ON_ITS_PAGE)
    root = widget_of(ON_ITS_PAGE)[0]
    assert page.evaluate(f"document.activeElement === document.querySelector({root!r})")
    link = page.locator("[data-gn-see]")
    for _ in range(2):  # the address stays as it is
        page.evaluate("scrollTo(0, 0)")
        link.click()
        assert_set(page, ON_ITS_PAGE)
    page.locator(f"{root} [data-gn-method=batch]").check(force=True)
    link.click()
    assert_set(page, ON_ITS_PAGE)


@both_built
@pytest.mark.parametrize("name", [ON_ITS_PAGE, ELSEWHERE, next(name for name in EXIT if name in SEEN)])
def test_in_another_language_the_link_stays_in_it(widget_page, name):
    page = widget_page(f"si/{page_of(name)}")
    link = answer_wrongly(page, name)
    link.click()
    until(page, f"location.hash === {'#' + SEEN[name].partition('#')[2]!r}")
    assert f"/where/si/{SEEN[name].partition('#')[0]}" in page.url
    wait_until_awake(page)
    assert widget_of(name)[1].items() <= shown_state(page, name).items()
