"""Every widget is taken by hand: its subject follows mouse, thumb and keys, and its point is two actions away."""

import pytest
from browser import finger, scrolled, until
from driving import own_tests

from gn_edu import widgets

pytestmark = pytest.mark.site
WIDGETS = {one.__module__.rpartition(".")[2] for one in vars(widgets).values() if isinstance(one, type)}
# Pressed, not dragged: an answer.
ANSWERED = {"quick_question", "exit_check"}
STEMS = sorted(WIDGETS - ANSWERED)
HANDS = {stem: own_tests(stem).HAND for stem in STEMS}
PHONE = {"width": 390, "has_touch": True, "is_mobile": True}


def test_every_widget_has_a_step_and_a_hand():
    assert all(own_tests(stem).STEP for stem in WIDGETS)
    assert all(1 <= len(hand.point) <= 2 for hand in HANDS.values())


def rooted(stem):
    return f"[data-gn-widget={stem}][data-gn-name='{HANDS[stem].name}']"


def taken(page, stem):
    """The widget at rest with its grip in the middle of the window, and the point where the hand goes down."""
    grip = page.locator(f"{rooted(stem)} {HANDS[stem].grip}").first
    grip.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
    scrolled(page)
    box = grip.bounding_box()
    return box["x"] + box["width"] * HANDS[stem].at[0], box["y"] + box["height"] * HANDS[stem].at[1]


def picture(page, stem):
    return page.locator(f"{rooted(stem)} {HANDS[stem].shows}").first.evaluate("(e) => e.outerHTML")


def drag(page, start, by, touch=False, steps=6):
    (x, y), (right, down) = start, by
    places = [(x + right * k / steps, y + down * k / steps) for k in range(1, steps + 1)] if any(by) else []
    if touch:
        put = finger(page)
        put("touchStart", (x, y))
        for place in places:
            put("touchMove", place)
        put("touchEnd")
        return
    page.mouse.move(x, y)
    page.mouse.down()
    for place in places:
        page.mouse.move(*place)
    page.mouse.up()


def changes(page, stem, act):
    before = picture(page, stem)
    act()
    for _ in range(100):
        if picture(page, stem) != before:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{stem}: nothing changed in {HANDS[stem].shows}")


@pytest.mark.parametrize("stem", STEMS)
def test_the_mouse_moves_it(widget_page, stem):
    page = widget_page(HANDS[stem].page)
    start = taken(page, stem)
    changes(page, stem, lambda: drag(page, start, HANDS[stem].by))


@pytest.mark.parametrize("stem", STEMS)
def test_a_thumb_moves_it_and_the_change_is_seen_where_the_page_stands(widget_page, stem):
    page = widget_page(HANDS[stem].page, **PHONE)
    start = taken(page, stem)
    before = scrolled(page)
    changes(page, stem, lambda: drag(page, start, HANDS[stem].by, touch=True))
    assert page.evaluate("scrollY") == pytest.approx(before, abs=1)  # what wraps above it may round to another pixel
    box = page.locator(f"{rooted(stem)} {HANDS[stem].shows}").first.bounding_box()
    seen = min(box["y"] + box["height"], 800) - max(box["y"], 0)
    assert seen >= min(box["height"] / 2, 150), f"{stem}: what changes stands at {box}"


@pytest.mark.parametrize("stem", STEMS)
def test_keys_move_it(widget_page, stem):
    page = widget_page(HANDS[stem].page)
    taken(page, stem)
    page.locator(f"{rooted(stem)} {HANDS[stem].focus or HANDS[stem].grip}").first.focus()
    changes(page, stem, lambda: page.keyboard.press(HANDS[stem].key))


@pytest.mark.parametrize("stem", STEMS)
def test_its_point_is_at_most_two_actions_away(widget_page, stem):
    page = widget_page(HANDS[stem].page)
    taken(page, stem)
    root = rooted(stem)
    reached = f"((w) => {HANDS[stem].reached})(document.querySelector({root!r}))"
    assert not page.evaluate(reached), f"{stem}: its point is there before any hand"
    for selector, action in HANDS[stem].point:
        part = page.locator(f"{root} {selector}").first
        if isinstance(action, str):
            part.focus()
            page.keyboard.press(action)
        else:
            part.scroll_into_view_if_needed()
            box = part.bounding_box()
            drag(page, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), action)
    until(page, reached)


OVERLAPS = """(root) => {
    const boxOf = (e) => e.getBoundingClientRect();
    const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && boxOf(e).width > 0;
    const name = (e) => `${e.tagName} ${e.getAttribute("class") ?? ""} "${e.textContent.trim().slice(0, 30)}"`;
    const beside = (a, b) => a.right <= b.left + 1 || a.bottom <= b.top + 1;
    const apart = (a, b) => beside(a, b) || beside(b, a);
    const texts = [...root.querySelectorAll("svg text")].filter((e) => shown(e) && e.textContent.trim());
    const controls = [...root.querySelectorAll("button, input, select, summary")].filter(shown);
    const wrong = [];
    for (const set of [texts, controls])
        for (const [i, a] of set.entries())
            for (const b of set.slice(i + 1))
                if (!a.contains(b) && !apart(boxOf(a), boxOf(b))) wrong.push(`${name(a)} over ${name(b)}`);
    for (const e of texts) {
        const size = parseFloat(getComputedStyle(e).fontSize) * (e.getScreenCTM()?.d ?? 1);
        if (size < 10.95) wrong.push(`${name(e)}: ${size.toFixed(1)} px`);
    }
    const { left, right } = boxOf(root);
    for (const e of [...texts, ...controls])
        if (boxOf(e).left < left - 1 || boxOf(e).right > right + 1) wrong.push(`${name(e)} leaves the widget`);
    return wrong;
}"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("stem", STEMS)
def test_nothing_overlaps_and_no_type_is_under_11_pixels(widget_page, stem, width):
    page = widget_page(HANDS[stem].page, width=width)
    taken(page, stem)
    assert page.locator(rooted(stem)).first.evaluate(OVERLAPS) == []
