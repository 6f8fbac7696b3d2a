"""W1 in the built site: driven by mouse, by keyboard and by link; its numbers equal torch's."""

from itertools import product

import pytest
import torch
from browser import HTML, LANDING, number, shown, until, wait_until_awake
from hands import Hand

from gn_edu import norms
from gn_edu.data import hand_tensor

W1 = "[data-gn-widget=statistic_set]"
pytestmark = pytest.mark.site
STEP = ("[data-cell='4']",)
HAND = Hand(
    page="notebooks/ch03_one_formula.html",
    name="six",
    grip=".gn-cell.focus",
    by=(0, -40),
    key="+",
    shows=".gn-number-line",
    point=((".gn-cell.focus", (0, -40)),),
    reached="w.querySelector('[data-gn-value=mean]').textContent !== '4.125'",
)


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
    y_line = page.locator(f"{W1} [data-gn-value=y]")
    plain = y_line.count() == 0  # words know neither ε nor y
    assert number(page, "x_hat") == shown(y[focus].item())
    assert plain or (y_line.text_content() == shown(y[focus].item()) and y_line.is_hidden())  # the same number twice
    lit = [int(e.get_attribute("data-cell")) for e in page.locator(f"{W1} .gn-cell.lit").all()]
    members = x.flatten()[lit]
    assert number(page, "m") == str(len(lit))
    assert number(page, "mean") == shown(members.mean().item())
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
def landing_with(visit, address):
    """landing_with(changes) -> the first page with other traits of the block."""

    def landing_with(changes, link="", **options):
        page = visit(LANDING, **options)
        text = (HTML / LANDING).read_text(encoding="utf-8")
        for before, after in changes.items():
            assert text.count(before) == 1
            text = text.replace(before, after)
        page.route(f"**/{LANDING}*", lambda route: route.fulfill(body=text, content_type="text/html"))
        page.goto("about:blank")
        page.goto(address + LANDING + link)
        wait_until_awake(page)
        return page

    return landing_with


SYMBOLS = {'"plain":true': '"plain":false'}
FORMULA = SYMBOLS | {'"formula":false': '"formula":true'}


@pytest.fixture
def symbols(landing_with):
    """The first page with the block as it stands elsewhere: symbols, interleaved channels, γ and β."""
    return landing_with(SYMBOLS)


def test_w1_in_symbols(symbols):
    assert_shows(symbols, hand_tensor(), "group")
    assert number(symbols, "sigma") == "2.000"


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
    symbols.click(f"{W1} [data-cell='2']")
    assert number(symbols, "y") == shown(y[2].item())  # another number than x̂ now
    assert symbols.locator(f"{W1} .gn-knobs label").first.inner_text().startswith("γ")
    assert symbols.locator(f"{W1} .gn-knobs sub").all_inner_texts() == list("12341234")


def test_w1_interleaved_groups_are_another_layer(symbols):
    symbols.check(f"{W1} [data-gn-interleaved]")
    x = hand_tensor().double()
    order = torch.tensor([0, 2, 1, 3])
    y = norms.group_norm(x[:, order], 2)[:, order].flatten()
    for i, value in enumerate(y.tolist()):
        assert number(symbols, f"y[{i}]") == shown(value, 2)


def marks(page):
    return {
        int(e.get_attribute("data-output")): e.get_attribute("data-mark")
        for e in page.locator(f"{W1} [data-output][data-mark]").all()
    }


@pytest.mark.parametrize(
    "method, right, where",
    [("group", {0, 1, 2, 3}, "image 1, channels 1 and 2"), ("batch", {0, 1, 8, 9}, "images 1 and 2, channel 1")],
)
def test_w1_prediction_game(landing, method, right, where):
    landing.locator(f"{W1} .gn-choices-row input[value={method}]").check()
    landing.click(f"{W1} [data-gn-do=predict]")
    assert landing.locator(f"{W1} .lit").count() == 0  # the question does not show its answer
    assert landing.locator(f"{W1} .gn-number-line").is_hidden()
    for i in right:
        landing.click(f"{W1} [data-output='{i}']")
    landing.click(f"{W1} [data-gn-do=check]")
    assert f"Right: exactly these 4 outputs moved: {where}." in landing.locator(f"{W1} .gn-live-text").inner_text()
    assert marks(landing) == dict.fromkeys(right, "found")
    landing.click(f"{W1} [data-gn-do=reset]")
    assert marks(landing) == {}
    landing.locator(f"{W1} .gn-choices-row input[value={method}]").check()
    landing.click(f"{W1} [data-gn-do=predict]")
    landing.focus(f"{W1} [data-output='15']")
    landing.keyboard.press("Enter")
    landing.click(f"{W1} [data-output='1']")
    landing.click(f"{W1} [data-gn-do=check]")
    said = landing.locator(f"{W1} .gn-live-text").inner_text()
    assert f"Moved: {where}. ✓ 1 of 4 found, ○ 3 missed, ✗ 1 marked that stood still." in said
    assert marks(landing) == dict.fromkeys(right, "missed") | {1: "found", 15: "still"}
    # Colour is never alone: each mark has its sign, and its words.
    for mark, sign, words in (
        ("found", "✓", "moved, found"),
        ("missed", "○", "moved, missed"),
        ("still", "✗", "still"),
    ):
        output = landing.locator(f"{W1} [data-mark={mark}]").first
        assert sign in output.evaluate("(e) => getComputedStyle(e, '::before').content")
        assert words in output.get_attribute("aria-label")
    assert (
        landing.evaluate(
            """(w) => new Set(["found", "missed", "still"].map((mark) => {
        const { backgroundColor, outlineColor } = getComputedStyle(document.querySelector(`${w} [data-mark=${mark}]`));
        return backgroundColor + outlineColor;
    })).size""",
            W1,
        )
        == 3
    )


def test_w1_prediction_game_by_keyboard_and_ear(landing):
    """Focus is never lost, all outputs are one stop of the tabulator, and what moved is said."""
    name = "document.activeElement.dataset.gnDo ?? document.activeElement.dataset.output"
    outputs = f"{W1} [data-output]"
    # Before the game there is nothing to press.
    assert landing.locator(f"{outputs}[aria-pressed], {outputs}[tabindex], {outputs}[role=button]").count() == 0
    landing.focus(f"{W1} [data-gn-do=predict]")
    landing.keyboard.press("Enter")
    assert landing.evaluate(name) == "0" and landing.locator(f"{outputs}[tabindex='0']").count() == 1
    assert landing.locator(f"{outputs}[role=button]").count() == 16
    landing.keyboard.press("ArrowDown")
    landing.keyboard.press("Enter")
    landing.keyboard.press("ArrowRight")
    landing.keyboard.press("Space")
    pressed = landing.locator(f"{outputs}[aria-pressed=true]")
    assert [e.get_attribute("data-output") for e in pressed.all()] == ["1", "3"]
    landing.keyboard.press("Tab")
    assert landing.evaluate(name) == "check"
    landing.keyboard.press("Enter")
    assert landing.evaluate("document.activeElement.className") == "gn-live-text"
    assert landing.evaluate("document.activeElement.innerText").startswith("Moved: image 1, channels 1 and 2.")
    landing.keyboard.press("Tab")
    assert landing.evaluate(name) == "predict"  # the next game is one step away
    moved = [e.get_attribute("aria-label") for e in landing.locator(f"{W1} [data-mark]").all()]
    assert len(moved) == 4 and all(", moved, " in label for label in moved)
    assert landing.locator(f"{outputs}[aria-pressed], {outputs}[tabindex], {outputs}[role=button]").count() == 0


def test_w1_images_are_read_and_seen_in_the_same_order(landing):
    """Image 1 stands above image 2, in the block, in the flat view and among the outputs; and it is read first."""
    for _ in range(2):
        heights = [landing.locator(f"{W1} [data-cell='{i}'] .face").bounding_box()["y"] for i in (0, 8)]
        assert heights[0] < heights[1]
        cells = landing.locator(f"{W1} [data-cell]").evaluate_all("(cells) => cells.map((c) => +c.dataset.cell)")
        outputs = landing.locator(f"{W1} [data-output]").evaluate_all("(cells) => cells.map((c) => +c.dataset.output)")
        assert cells == outputs
        landing.click(f"{W1} [data-gn-do=flat]")


# ---- the number line

LINES = """(w) => {
    const line = document.querySelector(`${w} .gn-number-line`);
    const at = (part, name) => part.querySelector(name).getBBox();
    return Object.fromEntries(["given", "made"].map((name) => {
        const part = line.querySelector(`.${name}`);
        const { x, width } = at(part, ".bracket");
        const dots = [...part.querySelectorAll(".dot")].map((dot) => dot.cx.baseVal.value);
        if (name === "given")
            dots.unshift(line.querySelector(".gn-grip").transform.baseVal.consolidate().matrix.e);
        return [name, { notch: at(part, ".notch").x, left: x, right: x + width, dots }];
    }));
}"""


def places(page):
    """What a ruler finds on the two lines: the dots in units of the bracket's half, from the notch."""
    lines = page.evaluate(LINES, W1)
    for line in lines.values():
        half = (line["right"] - line["left"]) / 2
        assert line["notch"] == pytest.approx((line["left"] + line["right"]) / 2, abs=0.2)
        line["dots"] = torch.tensor([(dot - line["notch"]) / half for dot in line["dots"]], dtype=torch.float64)
    return lines


def test_dots_of_x_hat_have_mean_0_and_deviation_1(landing):
    """On both lines the dots stand as torch's x̂ does, measured by the mean and the deviation that are drawn there."""
    for method, (focus, presses) in product(["batch", "layer", "instance", "group"], [(0, 2), (5, 3), (13, 11)]):
        x = hand_tensor().double()
        landing.click(f"{W1} [data-gn-do=reset]")
        landing.locator(f"{W1} .gn-choices-row input[value={method}]").check()
        landing.click(f"{W1} [data-cell='{focus}']")
        for _ in range(presses):
            landing.keyboard.press("+")
        landing.mouse.move(0, 0)
        x.view(-1)[focus] += presses
        lit = [int(e.get_attribute("data-cell")) for e in landing.locator(f"{W1} .gn-cell.lit").all()]
        want = outputs(x, method).flatten()[lit].sort().values
        lines = places(landing)
        for line in lines.values():
            assert torch.allclose(line["dots"].sort().values, want, atol=0.02)
        assert abs(lines["made"]["dots"].mean()) < 0.01
        assert lines["made"]["dots"].std(correction=0) == pytest.approx(1, abs=0.01)


def test_the_dot_of_the_chosen_cell_is_a_grip(landing):
    grip = landing.locator(f"{W1} [data-gn-grip=value]")
    grip.scroll_into_view_if_needed()
    box = grip.locator(".dot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert landing.locator(f"{W1} .own .gn-hint").text_content() == "drag me"
    made = places(landing)["made"]
    landing.mouse.move(x, y)
    landing.mouse.down()
    landing.mouse.move(x + 100, y, steps=5)
    landing.mouse.up()
    moved = grip.locator(".dot").bounding_box()
    changed = hand_tensor()
    changed.view(-1)[0] = float(number(landing, "x"))
    assert changed.view(-1)[0] > 3 and abs(moved["x"] - box["x"] - 100) < 12  # it stays under the hand
    assert_shows(landing, changed, "group")
    now = places(landing)["made"]
    assert [now[k] for k in ("left", "notch", "right")] == [made[k] for k in ("left", "notch", "right")]
    assert landing.locator(f"{W1} .own .gn-hint").text_content() == ""  # it has been moved
    grip.focus()
    landing.keyboard.press("ArrowLeft")
    changed.view(-1)[0] -= 1
    assert_shows(landing, changed, "group")
    assert grip.get_attribute("aria-valuetext") == number(landing, "x")


# ---- the formula

CELLS = [(n, c, p) for n in range(2) for c in range(4) for p in range(2)]  # of the hand-sized tensor, by flat index


def sets_of(focus, groups=2):
    """The cells of each condition and each norm's set, as Wu and He define them (Eq. 3, 4, 5 and 7)."""
    i = CELLS[focus]
    where = {
        "same_image": lambda k: k[0] == i[0],
        "same_channel": lambda k: k[1] == i[1],
        "same_group": lambda k: k[1] // (4 // groups) == i[1] // (4 // groups),
    }
    sets = {name: {n for n, k in enumerate(CELLS) if holds(k)} for name, holds in where.items()}
    sets |= {"batch": sets["same_channel"], "layer": sets["same_image"]}
    return sets | {
        "instance": sets["same_image"] & sets["same_channel"],
        "group": sets["same_image"] & sets["same_group"],
    }


CONDITIONS = {
    "batch": ["same_channel"],
    "layer": ["same_image"],
    "instance": ["same_image", "same_channel"],
    "group": ["same_image", "same_group"],
}


def lit(page, kind="cell"):
    cells = page.locator(f"{W1} [data-{kind}].lit").evaluate_all(f"(cells) => cells.map((c) => +c.dataset.{kind})")
    return set(cells)


def symbol(page, name):
    return page.locator(f"{W1} button[data-gn-symbol={name}]")


def said(page):
    return page.locator(f"{W1} .gn-symbol-text").inner_text()


@pytest.mark.parametrize("method", list(CONDITIONS))
def test_each_symbol_lights_the_cells_that_the_paper_says(landing_with, method):
    page = landing_with(FORMULA)
    page.locator(f"{W1} .gn-choices-row input[value={method}]").check()
    there = page.locator(f"{W1} math [data-gn-symbol]").evaluate_all("(all) => all.map((e) => e.dataset.gnSymbol)")
    assert lit(page) == set() and said(page).startswith("Touch a symbol")
    for focus in (0, 7, 13):
        page.click(f"{W1} [data-cell='{focus}']")
        sets = sets_of(focus)
        want = {name: sets[method] for name in ("set", "count", "mean", "values", "sigma")}
        want |= {"cell": {focus}, "x_hat": set()} | {name: sets[name] for name in CONDITIONS[method]}
        assert set(there) == set(want)
        texts = set()
        for name, cells in want.items():
            symbol(page, name).click()
            assert lit(page) == cells, name
            assert lit(page, "output") == ({focus} if name == "x_hat" else set())
            # Wherever a symbol stands it is lit, and no other is.
            assert page.locator(f"{W1} button[data-gn-symbol][aria-pressed=true]").count() == 1
            assert symbol(page, name).get_attribute("aria-pressed") == "true"
            names = page.locator(f"{W1} math .on").evaluate_all("(all) => all.map((e) => e.dataset.gnSymbol)")
            assert names == [name] * there.count(name)
            texts.add(said(page))
        assert len(texts) == len(want)


def test_the_sums_that_the_symbols_say(landing_with):
    page = landing_with(FORMULA)
    for name, text in {
        "mean": "μᵢ = (2 + 2 + 6 + 6) / 4 = 4",
        "sigma": "σᵢ = √((4 + 4 + 4 + 4) / 4 + ε) ≈ 2. On each cell stands its squared distance to μᵢ.",
        "count": "m = 4: the cells of Sᵢ, counted.",
        "x_hat": "x̂ᵢ = (2 − 4) / 2 ≈ −1: the framed output.",
        "values": "xₖ: the values of Sᵢ, one after another: 2, 2, 6, 6.",
        "same_group": "Every cell k in the group of cell i: channels 1, 2, in every image.",
    }.items():
        symbol(page, name).click()
        assert said(page) == text
    symbol(page, "mean").click()
    page.click(f"{W1} [data-gn-do=less]")
    page.click(f"{W1} [data-gn-do=less]")
    page.click(f"{W1} [data-gn-do=less]")
    assert said(page) == "μᵢ = ((−1) + 2 + 6 + 6) / 4 = 3.25"
    page.locator(f"{W1} .gn-choices-row input[value=layer]").check()
    assert said(page) == "μᵢ = ((−1) + 2 + 6 + … + 8) / 8 ≈ 3.13"


def test_of_equal_values_the_deviation_is_what_epsilon_makes_it(landing_with):
    page = landing_with(FORMULA)
    page.locator(f"{W1} .gn-choices-row input[value=instance]").check()
    for name, text in {
        "sigma": "σᵢ = √((0 + 0) / 2 + ε) ≈ 0.003. On each cell stands its squared distance to μᵢ.",
        "x_hat": "x̂ᵢ = (2 − 2) / 0.003 = 0: the framed output.",
    }.items():
        symbol(page, name).click()
        assert said(page) == text


def badges(page):
    found = page.locator(f"{W1} [data-cell]").evaluate_all(
        "(cells) => cells.map((c) => [+c.dataset.cell, c.querySelector('.badge').textContent])"
    )
    return {cell: text for cell, text in found if text}


def test_touching_m_counts_the_cells(landing_with):
    page = landing_with(FORMULA, reduced_motion="reduce")
    at_once = "(all) => all.every((e) => getComputedStyle(e).animationName === 'none')"
    for method in CONDITIONS:
        page.locator(f"{W1} .gn-choices-row input[value={method}]").check()
        symbol(page, "count").click()
        members = sorted(sets_of(0)[method])
        assert badges(page) == {cell: str(k) for k, cell in enumerate(members, 1)}
        assert page.locator(f"{W1} .badge").evaluate_all(at_once)
        symbol(page, "sigma").click()
        x = hand_tensor().double().flatten()[members]
        squares = {cell: float(text) for cell, text in badges(page).items()}
        assert squares == pytest.approx(dict(zip(members, (x - x.mean()).square().tolist(), strict=True)), abs=0.005)
        symbol(page, "mean").click()
        assert badges(page) == {}


def test_the_count_runs_where_motion_is_wanted(landing_with):
    page = landing_with(FORMULA, reduced_motion="no-preference")
    symbol(page, "count").click()
    delays = page.locator(f"{W1} .badged .badge").evaluate_all(
        "(all) => all.map((e) => [+e.textContent, parseFloat(getComputedStyle(e).animationDelay)])"
    )
    assert [k for k, _ in sorted(delays, key=lambda pair: pair[1])] == [1, 2, 3, 4]


def test_another_norm_keeps_the_symbol_and_changes_its_cells(landing_with):
    page = landing_with(FORMULA)
    symbol(page, "mean").click()
    for method in CONDITIONS:
        page.locator(f"{W1} .gn-choices-row input[value={method}]").check()
        assert lit(page) == sets_of(0)[method]
    page.locator(f"{W1} .gn-choices-row input[value=group]").check()
    symbol(page, "same_group").click()
    page.locator(f"{W1} .gn-choices-row input[value=batch]").check()
    assert lit(page) == sets_of(0)["batch"]  # a condition that this norm has not: its whole set
    assert symbol(page, "set").get_attribute("aria-pressed") == "true"
    page.locator(f"{W1} .gn-choices-row input[value=group]").check()
    assert lit(page) == sets_of(0)["same_group"]
    page.check(f"{W1} [data-gn-interleaved]")
    assert lit(page) == {k for k, (_, c, _) in enumerate(CELLS) if c % 2 == 0}
    assert "mod" in page.locator(f"{W1} math [data-gn-symbol=same_group]").text_content()


def test_symbols_by_keys_mouse_and_link(landing_with):
    page = landing_with(FORMULA, link="#statistic_set.hand?method=batch&lit=mean")
    assert lit(page) == sets_of(0)["batch"]
    stops = page.locator(f"{W1} button[data-gn-symbol]")
    names = stops.evaluate_all("(all) => all.map((e) => e.dataset.gnSymbol)")
    assert len(names) == len(set(names)) == 8  # each symbol is one stop of the tabulator, where it first stands
    apart = stops.evaluate_all("""(stops) => stops.map((stop) => {
        const first = stop.closest(".gn-symbols").querySelector(`math [data-gn-symbol=${stop.dataset.gnSymbol}]`);
        const [a, b] = [stop, first].map((e) => e.getBoundingClientRect());
        return Math.max(...["x", "y", "width", "height"].map((key) => Math.abs(a[key] - b[key])));
    })""")
    assert max(apart) < 1 and all(stop.get_attribute("aria-label") for stop in stops.all())
    stops.first.focus()
    assert lit(page, "output") == {0}
    for name in names[1:]:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.gnSymbol") == name
        assert symbol(page, name).get_attribute("aria-pressed") == "true"
    page.locator(f"{W1} math [data-gn-symbol=mean]").last.hover()
    assert said(page).startswith("μᵢ")
    page.mouse.move(0, 0)
    assert said(page).startswith("μᵢ")  # it stays
    symbol(page, "count").focus()
    page.keyboard.press("Enter")
    until(page, "location.hash.includes('lit=count')")
    page.click(f"{W1} [data-gn-do=predict]")
    assert lit(page) == set()  # the game does not show its answer
    page.locator(f"{W1} math [data-gn-symbol=mean]").last.click(force=True)
    assert lit(page) == set() and said(page).startswith("Touch a symbol")


def test_the_formula_fits_a_phone_and_a_thumb(landing_with):
    page = landing_with(FORMULA, width=390, has_touch=True, is_mobile=True)
    edges = page.locator(W1).evaluate("(e) => [e.getBoundingClientRect().left, e.getBoundingClientRect().right]")
    for method in CONDITIONS:
        page.locator(f"{W1} .gn-choices-row input[value={method}]").check()
        for part in page.locator(f"{W1} [data-gn-symbol]").all():
            box = part.bounding_box()
            assert min(box["width"], box["height"]) >= 24, part.get_attribute("data-gn-symbol")
            assert edges[0] <= box["x"] and box["x"] + box["width"] <= edges[1]
    symbol(page, "mean").tap()
    assert lit(page) == sets_of(0)["group"]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


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
    page.tap("[data-gn-name=six] [data-cell='30']")
    assert page.locator("[data-gn-name=six] [data-cell='30']").get_attribute("class").split().count("focus") == 1


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
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert cell.get_attribute("aria-label").startswith("image 1, channel 1, pixel 2:")
