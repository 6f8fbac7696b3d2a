"""W1 in the built site: driven by mouse, by keyboard and by link; its numbers equal torch's."""

import pytest
import torch
from browser import HTML, LANDING, number, shown, until, wait_until_awake

from gn_edu import norms
from gn_edu.data import hand_tensor

W1 = "[data-gn-widget=statistic_set]"
pytestmark = pytest.mark.site


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
    plain = page.locator(f"{W1} [data-gn-value=variance]").count() == 0  # words know neither ε nor y
    assert number(page, "x_hat") == shown(y[focus].item())
    assert plain or number(page, "y") == shown(y[focus].item())
    lit = [int(e.get_attribute("data-cell")) for e in page.locator(f"{W1} .gn-cell.lit").all()]
    members = x.flatten()[lit]
    assert number(page, "m") == str(len(lit))
    assert number(page, "mean") == shown(members.mean().item())
    assert plain or number(page, "variance") == shown(members.var(correction=0).item())
    sigma = (members.var(correction=0) + (0 if plain else 1e-5)).sqrt().item()
    assert number(page, "sigma") == shown(sigma)
    said = page.locator(f"{W1} .gn-live-text").inner_text()
    assert f"averages {len(lit)} of {x.numel()} values" in said
    assert f"Mean {shown(members.mean().item())}, σ {shown(sigma)}" in said


@pytest.fixture
def landing(widget_page):
    page = widget_page(LANDING, permissions=["clipboard-read", "clipboard-write"])
    return page


@pytest.fixture
def symbols(visit, address):
    """The first page with the block as it stands elsewhere: symbols, interleaved channels, γ and β."""
    page = visit(LANDING)
    text = (HTML / LANDING).read_text(encoding="utf-8")
    assert text.count('"plain":true') == 1
    changed = text.replace('"plain":true', '"plain":false')
    page.route(f"**/{LANDING}", lambda route: route.fulfill(body=changed, content_type="text/html"))
    page.goto(address + LANDING)
    wait_until_awake(page)
    return page


def test_w1_in_symbols(symbols):
    assert_shows(symbols, hand_tensor(), "group")
    assert number(symbols, "variance") == "4.000"


def test_w1_by_mouse(landing):
    x = hand_tensor()
    assert_shows(landing, x, "group")
    for method in ("batch", "layer", "instance", "group"):
        landing.locator(f"{W1} .gn-choices-row input[value={method}]").check()
        assert_shows(landing, x, method)
    landing.click(f"{W1} [data-cell='13']")
    assert_shows(landing, x, "group", focus=13)
    landing.click(f"{W1} [data-gn-do=more]")
    x.view(-1)[13] += 1
    assert_shows(landing, x, "group", focus=13)
    assert "moved 4 of 16 outputs" in landing.locator(f"{W1} .gn-live-text").inner_text()
    landing.click(f"{W1} [data-gn-do=reset]")
    assert_shows(landing, hand_tensor(), "group")
    landing.locator(f"{W1} .gn-choices-row input[value=batch]").check()
    assert_shows(landing, hand_tensor(), "batch")  # the first choice after a reset counts


def test_w1_dragging_changes_the_value(landing):
    face = landing.locator(f"{W1} [data-cell='0'] .face")
    face.scroll_into_view_if_needed()
    box = face.bounding_box()
    landing.mouse.move(box["x"] + 10, box["y"] + 10)
    landing.mouse.down()
    landing.mouse.move(box["x"] + 10, box["y"] - 50, steps=6)
    landing.mouse.up()
    x = hand_tensor()
    x.view(-1)[0] = float(number(landing, "x"))
    assert x.view(-1)[0] > 2
    assert_shows(landing, x, "group")


def test_w1_by_keyboard_alone(landing):
    x = hand_tensor()
    landing.focus(f"{W1} [data-cell='0']")
    for key in ("ArrowRight", "ArrowDown", "+", "+", "-"):
        landing.keyboard.press(key)
    x.view(-1)[3] += 1
    assert_shows(landing, x, "group", focus=3)
    landing.focus(f"{W1} .gn-dial input")
    landing.keyboard.press("ArrowRight")
    assert number(landing, "groups") == "4"
    assert "3 does not divide 4 channels" in landing.locator(f"{W1} .gn-live-text").inner_text()
    assert "same set as instance norm" in landing.locator(f"{W1} .gn-live-text").inner_text()
    assert_shows(landing, x, "group", groups=4, focus=3)
    landing.keyboard.press("Home")
    assert "same set as layer norm" in landing.locator(f"{W1} .gn-live-text").inner_text()
    assert_shows(landing, x, "group", groups=1, focus=3)
    landing.focus(f"{W1} .gn-choices-row input[value=group]")
    landing.keyboard.press("ArrowLeft")
    assert_shows(landing, x, "instance", focus=3)
    landing.focus(f"{W1} [data-gn-do=reset]")
    landing.keyboard.press("Enter")
    assert_shows(landing, hand_tensor(), "group")


def test_w1_gamma_and_beta_are_per_channel(symbols):
    symbols.click(f"{W1} .gn-affine summary")
    symbols.fill(f"{W1} [data-gn-knob=gamma1]", "3")
    symbols.fill(f"{W1} [data-gn-knob=beta1]", "-1")
    gamma, beta = torch.tensor([1.0, 3, 1, 1]).double(), torch.tensor([0.0, -1, 0, 0]).double()
    y = norms.group_norm(hand_tensor().double(), 2, gamma, beta).flatten()
    for i, value in enumerate(y.tolist()):
        assert number(symbols, f"y[{i}]") == shown(value, 2)


def test_w1_interleaved_groups_are_another_layer(symbols):
    symbols.check(f"{W1} [data-gn-interleaved]")
    x = hand_tensor().double()
    order = torch.tensor([0, 2, 1, 3])
    y = norms.group_norm(x[:, order], 2)[:, order].flatten()
    for i, value in enumerate(y.tolist()):
        assert number(symbols, f"y[{i}]") == shown(value, 2)


@pytest.mark.parametrize("method, right", [("group", {0, 1, 2, 3}), ("batch", {0, 1, 8, 9})])
def test_w1_prediction_game(landing, method, right):
    landing.locator(f"{W1} .gn-choices-row input[value={method}]").check()
    landing.click(f"{W1} [data-gn-do=predict]")
    assert landing.locator(f"{W1} .lit").count() == 0  # the question does not show its answer
    for i in right:
        landing.click(f"{W1} [data-output='{i}']")
    landing.click(f"{W1} [data-gn-do=check]")
    assert "Right: exactly these 4 outputs moved." in landing.locator(f"{W1} .gn-live-text").inner_text()
    landing.click(f"{W1} [data-gn-do=reset]")
    landing.locator(f"{W1} .gn-choices-row input[value={method}]").check()
    landing.click(f"{W1} [data-gn-do=predict]")
    landing.focus(f"{W1} [data-output='15']")
    landing.keyboard.press("Enter")
    landing.click(f"{W1} [data-gn-do=check]")
    assert "You marked 0 of them, and 1 that stood still." in landing.locator(f"{W1} .gn-live-text").inner_text()


def test_w1_prediction_game_by_keyboard_and_ear(landing):
    """Focus is never lost, all outputs are one stop of the tabulator, and what moved is said."""
    name = "document.activeElement.dataset.gnDo ?? document.activeElement.dataset.output"
    assert landing.locator(f"{W1} [data-output][aria-pressed]").count() == 0  # nothing to press before the game
    landing.focus(f"{W1} [data-gn-do=predict]")
    landing.keyboard.press("Enter")
    assert landing.evaluate(name) == "0" and landing.locator(f"{W1} [data-output][tabindex='0']").count() == 1
    landing.keyboard.press("ArrowDown")
    landing.keyboard.press("Enter")
    landing.keyboard.press("ArrowRight")
    landing.keyboard.press("Enter")
    pressed = landing.locator(f"{W1} [data-output][aria-pressed=true]")
    assert [e.get_attribute("data-output") for e in pressed.all()] == ["1", "3"]
    for _ in range(3):  # the buttons that change a value stand between
        landing.keyboard.press("Tab")
        assert not landing.evaluate("'output' in document.activeElement.dataset")
    assert landing.evaluate(name) == "check"
    landing.keyboard.press("Enter")
    assert landing.evaluate(name) == "predict"
    moved = [e.get_attribute("aria-label") for e in landing.locator(f"{W1} .moved").all()]
    assert len(moved) == 4 and all(label.endswith(", moved") for label in moved)


def test_w1_state_is_in_the_link(landing, widget_page):
    landing.locator(f"{W1} .gn-choices-row input[value=batch]").check()
    landing.click(f"{W1} [data-cell='6']")
    landing.click(f"{W1} [data-gn-do=more]")
    landing.click(f"{W1} [data-gn-do=copy]")
    until(landing, "document.querySelector('.gn-statistic_set .gn-said').textContent === 'Link copied.'")
    link = landing.evaluate("navigator.clipboard.readText()")
    assert "#statistic_set.hand?" in link
    page = widget_page(link)
    x = hand_tensor()
    x.view(-1)[6] += 1
    assert_shows(page, x, "batch", focus=6)
    landing.wait_for_timeout(400)
    assert landing.url == link


def test_w1_survives_a_damaged_link(widget_page):
    for state in ("method=unknown&groups=3&focus=99&values=1%20x", "focus=-1", "values=", "gamma=1"):
        page = widget_page(f"{LANDING}#statistic_set.hand?{state}")
        assert_shows(page, hand_tensor(), "group")


def test_large_type(landing):
    before = landing.locator(f"{W1} .gn-live-text").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    landing.click(f"{W1} [data-gn-do=large]")
    after = landing.locator(f"{W1} .gn-live-text").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    assert after >= 1.3 * before
    assert landing.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_touch_targets_and_taps_on_a_phone(widget_page):
    page = widget_page("notebooks/ch03_one_formula.html", width=390, has_touch=True, is_mobile=True)
    for selector in (".gn-cell .face", ".gn-choice", ".gn-tools button:visible", ".gn-choices button"):
        for target in page.locator(f".gn {selector}").all():
            box = target.bounding_box()
            assert min(box["width"], box["height"]) >= 24, selector
    page.tap("[data-cell='30']")
    assert page.locator(f"{W1} [data-cell='30']").get_attribute("class").split().count("focus") == 1


def test_flat_view_is_the_default_on_a_phone(widget_page):
    flat = f"{W1} .gn-flat"
    wide = widget_page(LANDING)
    assert wide.locator(flat).count() == 0
    page = widget_page(LANDING, width=390)
    assert page.locator(flat).count() == 1
    cell = page.locator(f"{W1} .gn-cell.focus")
    cell.focus()
    for down in range(1, 5):
        page.keyboard.press("ArrowDown")
        assert cell.get_attribute("aria-label").startswith(f"image {1 + min(down, 3) // 2}, channel 1, pixel")
    before = number(page, "mean")
    page.click(f"{W1} [data-gn-do=flat]")
    assert page.locator(flat).count() == 0 and number(page, "mean") == before
    cell.focus()
    page.keyboard.press("ArrowDown")
    assert cell.get_attribute("aria-label").startswith("image 1, channel 1, pixel 1:")
