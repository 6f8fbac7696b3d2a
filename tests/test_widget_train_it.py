"""W1: the page's training is torch's; one press shows the effect; guesses, seeds, pause and the fold work."""

import json
import subprocess
from statistics import mean, stdev

import pytest
import torch
from browser import LANDING, finger, number, run_module, scrolled, until
from hands import Hand

from gn_edu.records import measured
from gn_edu.widgets import TrainIt
from gn_edu.widgets.base import STATIC, module
from gn_edu.widgets.train_it import OVERS, QUESTIONS
from gn_edu_site.node import node_path
from scripts.record_spiral import NONE, RATES, THIN, bn, error_in_torch, gn, in_node, job, starts, train_in_torch

W = "[data-gn-widget=train_it]"
STEP = ("[data-gn-do=step]",)
HAND = Hand(
    page=LANDING,
    name="home",
    grip="[data-net=bn] .gn-touch",  # a point of the field
    by=(40, 0),
    key="ArrowRight",
    focus="[data-gn-grip=point]",
    shows=".shared",
    point=(("[data-gn-do=train]", (0, 0)),),
    reached="w.querySelectorAll('.runs .m').length >= 2",
)
NETWORK = STATIC.parent / "src" / "train_it" / "network.js"
SEEDS = list(range(1, 21))
RECORD = measured("spiral")
SETTINGS = ("norm", "widths", "bare", "rate", "updates")
RUNS = {json.dumps([run[key] for key in SETTINGS]): run for run in RECORD["runs"]}


def record(norm, **settings):
    asked = job(norm, **settings)
    return RUNS[json.dumps([asked[key] for key in SETTINGS])]


def in_the_page(program):
    """What a module of the page's own prints as JSON."""
    done = subprocess.run([node_path(), "--input-type=module", "-"], input=program, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def logits_in_the_page(asked, updates, points):
    """What the page's network says about points after some updates."""
    program = f"""
    import {{ createNetwork }} from {json.dumps(NETWORK.as_uri())};
    import {{ batches, trainTogether }} from {json.dumps((NETWORK.parent / "training.js").as_uri())};
    const asked = {json.dumps(asked)}, points = Float64Array.from({json.dumps(points)});
    const net = createNetwork(asked);
    trainTogether([net], batches(asked.seed), {updates}, asked.rate);
    process.stdout.write(JSON.stringify([...net.logits(points, points.length / 2)]));
    """
    return torch.tensor(in_the_page(program), dtype=torch.float64).view(-1, 2)


COMPARED = [*((norm, 20, bare) for norm in (bn(32), bn(4), gn(4), gn(8), NONE) for bare in (False, True))]
COMPARED += [(norm, 5, False) for norm in (bn(2), gn(2))]


# With two numbers a mean, an update makes a difference in the last digit some ten times as large: five updates there.
@pytest.mark.parametrize("norm, updates, bare", COMPARED)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_updates_are_torchs(norm, updates, bare, seed):
    asked = {**job(norm, updates=updates, bare=bare), "seed": seed}
    found = starts([asked])
    net = train_in_torch(asked, found["starts"][0], found["training"], torch.float64)
    points = found["test"]["points"]
    with torch.no_grad():
        want = net(torch.tensor(points, dtype=torch.float64).view(-1, 2))
    torch.testing.assert_close(logits_in_the_page(asked, updates, points), want, atol=1e-6, rtol=0)


def test_statistics_measured_anew_are_those_of_all_points_at_once():
    asked = {**job(bn(4), updates=20), "seed": 3}
    found = starts([asked])
    net = train_in_torch(asked, found["starts"][0], found["training"], torch.float64)
    with torch.no_grad():
        for layer in net:
            if isinstance(layer, torch.nn.BatchNorm1d):
                layer.momentum, layer.over = 1.0, 400
                layer.train()
        inputs = torch.tensor(found["training"]["points"], dtype=torch.float64).view(-1, 2)
        net(inputs)
    net.eval()
    reply = in_node({"jobs": [asked]})[0]
    assert reply["anew"] == pytest.approx(error_in_torch(net, found["test"]), abs=0.11)


def test_the_record_is_whole():
    assert RECORD["seeds"] == SEEDS
    for key in ("device", "torch", "python", "commit", "date", "points"):
        assert RECORD[key]
    for run in RECORD["runs"]:
        assert len(run["test"]) == len(run["training"]) == 20
        assert ("anew" in run) == ("sliced" in run) == (run["norm"]["kind"] == "bn")


@pytest.mark.parametrize("norm", [bn(4), gn(4), bn(32)])
def test_a_run_of_the_record_is_the_pages(norm):
    reply = in_node({"jobs": [{**job(norm), "seed": 5}]})[0]
    assert reply["test"] == record(norm)["test"][4] and reply["training"] == record(norm)["training"][4]


@pytest.mark.parametrize("norm", [bn(32), bn(16), bn(8), bn(4), bn(2), gn(4), gn(8), gn(16), NONE])
def test_torch_gets_the_same_mean_error(norm):
    """float32 and torch's kernels: the interval of the mean difference excludes more than 3 points."""
    run = record(norm)
    differences = [ours - theirs for ours, theirs in zip(run["test"], run["torch"], strict=True)]
    half = 2.093 * stdev(differences) / 20**0.5
    assert abs(mean(differences)) + half < 3


def test_two_channels_a_group_fail_in_torch_too():
    """Seeds differ so much there that twenty decide no difference of 3 points."""
    assert min(mean(record(gn(2))["test"]), mean(record(gn(2))["torch"])) > 40


def test_the_effect_shows_at_the_first_press_with_every_seed():
    batch, group = record(bn(4)), record(gn(4))
    for part in ("test", "training"):
        assert all(ours > theirs + 3 for ours, theirs in zip(batch[part], group[part], strict=True))
    # The rate of the widget is the best one for batch norm among the recorded.
    rates = [mean(record(bn(4), rate=rate)["test"]) for rate in RATES]
    assert mean(batch["test"]) == min(rates)


def test_every_question_has_its_runs_and_says_their_means():
    answers = run_module(module("train_it"), "w.answers(d.recorded, null)", recorded=RECORD["runs"])
    assert tuple(answers) == QUESTIONS
    for found in answers.values():
        assert "{" not in found["answer"]
        for line in found["lines"]:
            assert len(line["errors"]) == 20 and line["mean"] == pytest.approx(mean(line["errors"]))
    assert f"{mean(record(gn(2))['test']):.1f} %" in answers["two"]["answer"]
    assert f"{mean(record(bn(2))['training']):.1f} %" in answers["training"]["answer"]
    assert f"{mean(record(gn(4), widths=THIN)['test']):.1f} %" in answers["deep"]["answer"]
    assert f"{mean(record(bn(2), bare=True)['test']):.1f} %" in answers["first"]["answer"]


def test_the_first_layer_forgets_where_its_points_lie():
    """Four points moved together give batch norm over four the same answers; without a norm there they don't."""
    for bare, stays in ((False, True), (True, False)):
        asked = {**job(bn(4), updates=0, bare=bare), "seed": 1}
        found = starts([asked])
        net = train_in_torch(asked, found["starts"][0], found["training"], torch.float64).train()
        four = torch.tensor(found["training"]["points"][:8], dtype=torch.float64).view(4, 2)
        with torch.no_grad():
            gap = (net(four) - net(four + torch.tensor([1.0, -0.5]))).abs().max()
        assert (gap < 1e-9) == stays


SHARED = """
import {{ createNetwork }} from {network};
import {{ companyOf, dealsOf }} from {deals};
import {{ TRAINING }} from {spiral};
const seed = {seed}, over = {over}, drawn = dealsOf(seed), found = [];
const net = createNetwork({{ norm: {{ kind: "bn", over }}, seed }});
for (const done of [0, 1, 20, 799, 800]) for (const point of [drawn[0], drawn[39], 7, 200]) {{
    const {{ update, others }} = companyOf(drawn, {{ point, done, over }});
    const numbers = [...drawn.slice(32 * (update - 1), 32 * update)];
    const points = Float64Array.from(numbers.flatMap((k) => [...TRAINING.points.slice(2 * k, 2 * k + 2)]));
    const before = net.logitsInTraining(points, 32), at = numbers.{which}(point);
    points[2 * at] += 0.5;
    const after = net.logitsInTraining(points, 32);
    const moved = numbers.filter((k, i) => Math.abs(before[2 * i] - after[2 * i]) > 1e-9 && k !== point);
    const times = [...drawn.keys()].filter((i) => drawn[i] === point).map((i) => Math.floor(i / 32) + 1);
    found.push({{ update, done, times, others, moved: [...new Set(moved)] }});
}}
process.stdout.write(JSON.stringify(found));
"""


@pytest.mark.parametrize("over", OVERS)
def test_lines_join_those_whose_answers_a_point_moves(over):
    """In the network itself: move the touched point, and the answers of the points at its lines change, no others."""
    files = {name: json.dumps((NETWORK.parent / f"{name}.js").as_uri()) for name in ("network", "deals", "spiral")}
    # Where an update draws the point twice, its later place counts; before it was ever drawn, the first.
    found = [
        case
        for which in ("lastIndexOf", "indexOf")
        for case in in_the_page(SHARED.format(seed=3, over=over, which=which, **files))
        if (case["update"] <= case["done"]) == (which == "lastIndexOf")
    ]
    assert len(found) == 20
    for case in found:
        assert set(case["others"]) == set(case["moved"]) and len(case["others"]) == len(set(case["others"])) < over
        already = [update for update in case["times"] if update <= case["done"]]
        assert case["update"] == (already[-1] if already else case["times"][0])


def test_python_refuses_what_the_dial_does_not_have():
    with pytest.raises(Exception, match="over"):
        TrainIt(over=3)
    with pytest.raises(Exception, match="asked"):
        TrainIt(asked="whatever")


def test_the_still_is_drawn_from_the_records():
    still = run_module(module("train_it"), "w.still({ recorded: d.recorded }, null)", recorded=RECORD["runs"])
    means = ", ".join(f"{mean(record(bn(over))['test']):.1f}" for over in OVERS)
    assert means in still["text"] and f"{mean(record(gn(4))['test']):.1f} %" in still["text"]
    assert still["svg"].count('class="m n-bn"') == 100


@pytest.mark.site
def test_one_press_trains_both(widget_page):
    page = widget_page(LANDING)
    page.locator(f"{W} [data-gn-do=train]").click()
    until(page, f"document.querySelectorAll('{W} .runs .m').length === 2", timeout=120_000)
    assert number(page, "bn_test", "train_it") == f"{record(bn(4))['test'][0]:.1f} %"
    assert number(page, "bn_training", "train_it") == f"{record(bn(4))['training'][0]:.1f} %"
    assert number(page, "gn_test", "train_it") == f"{record(gn(4))['test'][0]:.1f} %"
    assert page.locator(f"{W} .runs .m").count() == 2
    assert "update 800 of 800" in page.locator(W).inner_text()


@pytest.mark.site
def test_run_resolves_to_both_errors(widget_page):
    page = widget_page(LANDING)
    # Over two points the last digit of an engine's cosine decides the run.
    for over, far in ((32, 0), (2, 15)):
        reply = page.evaluate(f"document.querySelector('{W}').run({{ over: {over}, seed: 2 }})")
        assert reply["bn"] == pytest.approx(record(bn(over))["test"][1], abs=far)
        assert reply["gn"] == record(gn(4))["test"][1]
    assert page.locator(f"{W} .runs .m").count() == 4


@pytest.mark.site
def test_a_run_is_paused_stepped_and_goes_on(widget_page):
    page = widget_page(LANDING)
    widget = page.locator(W)
    widget.locator("[data-gn-do=step]").click()
    until(page, f"document.querySelector('{W} [data-gn-value=update]').textContent.startsWith('update 20 ')")
    page.wait_for_timeout(300)
    assert "update 20 of 800" in widget.inner_text()
    widget.locator("[data-gn-do=step]").click()
    until(page, f"document.querySelector('{W} [data-gn-value=update]').textContent.startsWith('update 40 ')")
    until(page, f"document.querySelector('{W} [data-gn-do=train]').dataset.is === 'paused'")
    widget.locator("[data-gn-do=train]").click()  # go on
    until(page, f"document.querySelectorAll('{W} .runs .m').length === 2", timeout=120_000)
    assert number(page, "bn_test", "train_it") == f"{record(bn(4))['test'][0]:.1f} %"


@pytest.mark.site
def test_a_guess_is_dragged_and_moved_by_keys(widget_page):
    page = widget_page(LANDING)
    handle = page.locator(f"{W} [data-gn-grip=guess-4]")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] - 30, steps=3)
    page.mouse.up()
    dragged = int(handle.get_attribute("aria-valuenow"))
    assert dragged > 30
    handle.press("ArrowDown")
    assert int(handle.get_attribute("aria-valuenow")) == dragged - 1
    until(page, "location.hash.includes('guesses=')")


def says(page):
    return page.locator(f"{W} [data-gn-do=train]").inner_text()


@pytest.mark.site
def test_a_guess_aims_the_run(widget_page):
    page = widget_page(LANDING)
    assert says(page) == "Train with a mean over 4"
    assert page.locator(f"{W} .gn-hint:visible").count() == 1
    handle = page.locator(f"{W} [data-gn-grip=guess-16]")
    handle.scroll_into_view_if_needed()
    x, y, wide, high = handle.bounding_box().values()
    page.mouse.move(x + wide / 2, y + high / 2)
    page.mouse.down()
    page.mouse.move(x + wide / 2, y + high / 2 + 20, steps=3)
    page.mouse.up()
    assert says(page) == "Train with a mean over 16"
    assert page.locator(f"{W} .gn-hint:visible").count() == 0
    page.locator(f"{W} [data-gn-do=train]").click()
    until(page, f"document.querySelectorAll('{W} .runs .m').length === 2", timeout=120_000)
    assert number(page, "bn_test", "train_it") == f"{record(bn(16))['test'][0]:.1f} %"
    assert says(page) == "Train with a mean over 16, seed 2"
    page.locator(f"{W} [data-gn-grip=guess-2]").press("ArrowUp")
    assert says(page) == "Train with a mean over 2"


@pytest.mark.site
def test_a_column_is_chosen_by_a_press_and_by_keys(widget_page):
    page = widget_page(LANDING)
    chart = page.locator(f"{W} .gn-figure svg")
    chart.scroll_into_view_if_needed()
    column = page.locator(f"{W} [data-gn-grip=guess-8]").bounding_box()
    page.mouse.click(column["x"] + column["width"] / 2 + 4, column["y"] - 25)
    assert says(page) == "Train with a mean over 8"
    assert page.locator(f"{W} [data-net=bn] .gn-net").inner_text().endswith("a mean over 8 points")
    dial = page.locator(f"{W} [data-gn-grip=over]")
    dial.press("ArrowRight")
    assert says(page) == "Train with a mean over 4"
    assert "4 of the 32" in dial.get_attribute("aria-valuetext")
    # The same guess stands where it stood: choosing moves none.
    guesses = [page.locator(f"{W} [data-gn-grip=guess-{over}]").get_attribute("aria-valuenow") for over in OVERS]
    assert guesses == ["25"] * 5
    until(page, "location.hash.includes('over=4')")


@pytest.mark.site
@pytest.mark.parametrize("width", [390, 1280])
def test_the_chart_stands_between_the_button_and_the_fields(widget_page, width):
    page = widget_page(LANDING, width=width)
    boxes = [
        page.locator(f"{W} {part}").bounding_box() for part in ("[data-gn-do=train]", ".gn-figure svg", ".gn-panels")
    ]
    button, chart, fields = boxes
    assert button["y"] + button["height"] < chart["y"] and chart["y"] + chart["height"] < fields["y"]
    assert chart["width"] == fields["width"] and 110 <= chart["height"] <= 140
    assert fields["y"] + fields["height"] - page.locator(W).bounding_box()["y"] < 720
    # What a run alone says stands there in a run alone.
    text = page.locator(W).inner_text()
    assert "update 0" not in text and "its own training points" not in text
    page.locator(f"{W} [data-gn-do=step]").click()
    until(page, f"document.querySelector('{W}').innerText.includes('its own training points wrong')")


LINES = f"""() => {{
    const of = (net) => document.querySelector(`{W} [data-net=${{net}}] .gn-touch`);
    const middle = (e) => {{ const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }};
    const at = (net) => middle(of(net).querySelector(".dot")).map((v, i) => Math.round(v - middle(of(net))[i]));
    return {{ d: of("bn").querySelector(".to").getAttribute("d"), others: of("bn").querySelectorAll(".ring").length,
        left: at("bn"), right: at("gn"), alone: of("gn").querySelectorAll("path").length === 0,
        update: +/update (\\d+)/.exec(document.querySelector("{W} .gn-touched-text").textContent)[1] }};
}}"""


@pytest.mark.site
def test_a_touched_point_has_company_on_the_left_and_none_on_the_right(widget_page):
    page = widget_page(LANDING)
    field = page.locator(f"{W} [data-net=bn] .gn-touch")
    field.scroll_into_view_if_needed()
    rest = page.evaluate(LINES)
    assert rest["others"] == 3 and rest["alone"] and rest["update"] == 1
    box = field.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    touched = page.evaluate(LINES)
    assert touched["left"] == touched["right"] != rest["left"]
    assert max(map(abs, touched["left"])) < 20  # some point lies near the middle
    # On the right it can be touched as well.
    right = page.locator(f"{W} [data-net=gn] .gn-touch").bounding_box()
    page.mouse.click(right["x"] + right["width"] / 2 + 80, right["y"] + right["height"] / 2)
    again = page.evaluate(LINES)
    assert again["left"] == again["right"] and again["left"][0] > 40
    # As many as the chart says.
    page.locator(f"{W} [data-gn-grip=over]").press("ArrowRight")
    assert page.evaluate(LINES)["others"] == 1
    page.locator(f"{W} [data-gn-grip=over]").press("Home")
    assert 20 < page.evaluate(LINES)["others"] < 32
    page.locator(f"{W} [data-gn-do=reset]").click()
    assert page.evaluate(LINES)["d"] == rest["d"]


@pytest.mark.site
def test_the_company_changes_as_updates_go_on(widget_page):
    page = widget_page(LANDING)
    before, seen = page.evaluate(LINES), set()
    for update in range(20, 101, 20):
        page.locator(f"{W} [data-gn-do=step]").click()
        said = f"update {update} of 800"
        until(page, f"document.querySelector('{W} [data-gn-value=update]').textContent === '{said}'")
        until(page, f"document.querySelector('{W} [data-gn-do=train]').dataset.is === 'paused'")
        now = page.evaluate(LINES)
        assert now["left"] == now["right"] == before["left"] and now["update"] <= update
        seen.add(now["d"])
    assert len(seen) >= 3


@pytest.mark.site
def test_keys_go_from_point_to_point(widget_page):
    page = widget_page(LANDING)
    grip = page.locator(f"{W} [data-gn-grip=point]")
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowUp", 1, -1), ("ArrowLeft", 0, -1), ("ArrowDown", 1, 1)):
        before = grip.get_attribute("transform")
        grip.press(key)
        places = [[float(v) for v in text[10:-1].split()] for text in (before, grip.get_attribute("transform"))]
        assert sign * (places[1][axis] - places[0][axis]) > 0, key
    # The focus is a ring of its own: the touched point has one at all times.
    ring = "(e) => getComputedStyle(e.querySelector('.hit')).stroke"
    focused = grip.evaluate(ring)
    grip.evaluate("(e) => e.blur()")
    assert focused != grip.evaluate(ring) == "none"


@pytest.mark.site
def test_a_thumb_on_the_fields_or_the_chart_scrolls_the_page(widget_page):
    page = widget_page(LANDING, width=390, has_touch=True, is_mobile=True)
    for part in ("[data-net=bn] .gn-touch", ".gn-figure svg"):
        place = page.locator(f"{W} {part}")
        place.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
        before = scrolled(page)
        shown = page.locator(W).inner_text(), page.evaluate(LINES)["d"]
        x, y, wide, high = place.bounding_box().values()
        start, put = (x + 0.65 * wide, y + 0.9 * high), finger(page)
        put("touchStart", start)
        for k in range(1, 11):
            put("touchMove", (start[0], start[1] - 12 * k))
        put("touchEnd")
        assert scrolled(page) > before + 60, part
        assert (page.locator(W).inner_text(), page.evaluate(LINES)["d"]) == shown


@pytest.mark.site
def test_paper_has_the_recorded_runs_or_the_readers_own(widget_page):
    page = widget_page(LANDING)
    page.emulate_media(media="print")
    paper, own = f"{W} .gn-on-paper", f"{W} :is(.gn-figure, .gn-panels)"
    assert page.locator(f"{paper} img").bounding_box()["width"] > 300
    assert page.locator(f"{paper} img").evaluate("(e) => e.complete && e.naturalWidth > 0")
    assert f"{mean(record(gn(4))['test']):.1f} %" in page.locator(paper).inner_text()
    assert page.locator(f"{own}:visible").count() == 0
    page.emulate_media(media="screen")
    assert not page.locator(paper).is_visible()
    page.locator(f"{W} [data-gn-do=step]").click()
    until(page, f"document.querySelector('{W} [data-gn-value=update]').textContent === 'update 20 of 800'")
    page.emulate_media(media="print")
    assert not page.locator(paper).is_visible() and page.locator(f"{own}:visible").count() == 2


@pytest.mark.site
def test_the_fold_answers_from_a_link(widget_page):
    page = widget_page(f"{LANDING}#train_it.home?asked=deep")
    widget = page.locator(W)
    assert widget.locator("details").get_attribute("open") is not None
    assert f"{mean(record(gn(4), widths=THIN)['test']):.1f} %" in widget.locator("details").inner_text()
    assert widget.locator(".gn-rows .m").count() == 80


@pytest.mark.site
def test_nothing_moves_by_itself_where_motion_is_unwanted(widget_page):
    page = widget_page(LANDING, reduced_motion="reduce")
    script = """async (w) => {
        const root = document.querySelector(w), place = root.querySelector("[data-gn-value=update]"), seen = new Set();
        const note = () => seen.add(place.textContent);
        new MutationObserver(note).observe(place, { childList: true, characterData: true, subtree: true });
        root.querySelector("[data-gn-grip=over]").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
        root.querySelector("[data-gn-do=train]").click();
        while (!root.querySelector(".runs .m")) await new Promise((done) => setTimeout(done, 50));
        return [...seen];
    }"""
    assert set(page.evaluate(script, W)) <= {"", "update 800 of 800"}
