"""Turn G: the record is what torch and the page's own network say, and the dial shows it."""

import re
from statistics import mean, stdev

import pytest
import torch
from browser import finger, run_module, scrolled, until
from hands import Hand
from torch import nn

from gn_edu.records import measured, read_records
from gn_edu.widgets import TurnG
from gn_edu.widgets.base import STATIC, module
from gn_edu.widgets.neighbours import networks, pairs
from gn_edu.widgets.turn_g import GROUPS, turned
from scripts.paths import ROOT
from scripts.record_pairs import photographs, pixels
from scripts.record_turn_g import names
from scripts.record_turn_g import turned as turned_net

PAGE = "notebooks/ch07_groups.html"
STEM = "turn_g"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-grip=groups]", "ArrowLeft")
HAND = Hand(
    page=PAGE,
    name="turn",
    grip="[data-gn-grip=groups]",
    by=(-70, -10),
    key="ArrowLeft",
    shows=".gn-all",
    point=(("[data-gn-grip=groups]", "ArrowLeft"),),
    reached="w.querySelectorAll('.gn-out').length === 2",
)
LABELS = [picture["label"] for picture in networks()["pictures"]]
CLASSES = networks()["classes"]
ALBUM = {"classes": CLASSES, "pictures": networks()["pictures"]}
RECORD = measured("turn_g")
RUNS = {run["groups"]: run for run in RECORD["runs"]}
RIGHT = {1: 14, 2: 16, 4: 18, 8: 20, 16: 14}


@pytest.fixture(scope="module")
def runs():
    """What the script makes of the record, by G."""
    found = run_module(module(STEM), "d.groups.map((g) => w.runAt(d.album, d.record, g))", groups=GROUPS, **given())
    return dict(zip(GROUPS, found, strict=True))


def given():
    return {"album": ALBUM, "record": turned()}


@pytest.mark.parametrize("groups", GROUPS)
def test_the_names_are_those_of_torch(groups):
    assert RUNS[groups]["named"] == names(turned_net(groups), photographs()).tolist()


def test_the_names_are_those_of_the_network_in_the_page():
    photos = [pixels(picture["pixels"]).flatten().tolist() for picture in networks()["pictures"]]
    script = (
        "((net) => d.groups.map((groups) => d.photos.map((photo) => {"
        " const [logits] = w.run({ ...net, groups }, [photo], false).logits;"
        " return logits.indexOf(Math.max(...logits)); })))(w.load(d.net))"
    )
    source = STATIC.parent / "src" / "neighbours" / "network.js"
    got = run_module(source, script, net=networks()["nets"]["gn"], photos=photos, groups=GROUPS)
    assert dict(zip(GROUPS, got, strict=True)) == {groups: run["named"] for groups, run in RUNS.items()}


def test_every_g_divides_every_layer_and_the_ends_are_layer_and_instance_norm():
    channels = RECORD["channels"]
    assert channels == [16, 16, 32, 32, 64, 64] and all(c % groups == 0 for c in channels for groups in GROUPS)
    torch.manual_seed(0)
    x = torch.randn(3, 16, 5, 5, dtype=torch.float64)
    ends = {groups: next(m for m in turned_net(groups).modules() if isinstance(m, nn.GroupNorm)) for groups in (1, 16)}
    assert {layer.num_channels for layer in ends.values()} == {16}
    for groups, plain in ((1, nn.functional.layer_norm(x, x.shape[1:])), (16, nn.functional.instance_norm(x))):
        gamma, beta = (p.view(1, -1, 1, 1) for p in (ends[groups].weight, ends[groups].bias))
        torch.testing.assert_close(ends[groups](x), gamma * plain + beta)


def test_the_twenty_were_chosen_and_the_thousands_were_not():
    """Both networks name the twenty right at rest; with its own G, the network has the accuracy that was recorded."""
    for answers in (pairs().batch_norm_evaluation, pairs().group_norm):
        assert [answer.top for answer in answers] == LABELS
    (record,) = (r for r in read_records(ROOT / "gn_edu/results/neighbours") if r.config.network.norm == "gn")
    assert record.config.network.groups == RECORD["trained"] == 8
    assert RUNS[8]["right"] / RECORD["pictures"] * 100 == record.result.accuracy_rounded
    assert RECORD["pictures"] == 10_000 and "+" not in RECORD["commit"]


def test_counts_accuracies_and_intervals(runs):
    n = RECORD["pictures"]
    for groups, run in runs.items():
        recorded = RUNS[groups]
        assert run["wrong"] == [a != b for a, b in zip(recorded["named"], LABELS, strict=True)]
        assert run["right"] == RIGHT[groups] and run["count"] == 20
        hits = [100] * recorded["right"] + [0] * (n - recorded["right"])
        assert run["accuracy"]["mean"] == pytest.approx(mean(hits))
        assert run["accuracy"]["half"] == pytest.approx(1.96 * stdev(hits) / n**0.5, rel=1e-3)
        assert float(run["accuracy"]["text"]) == pytest.approx(mean(hits), abs=0.0501)
        changed = recorded["gained"] + recorded["lost"]
        assert recorded["gained"] - recorded["lost"] == recorded["right"] - RUNS[8]["right"]
        if changed:
            pairwise = [100] * recorded["gained"] + [-100] * recorded["lost"] + [0] * (n - changed)
            assert run["apart"]["mean"] == pytest.approx(mean(pairwise))
            assert run["apart"]["half"] == pytest.approx(1.96 * stdev(pairwise) / n**0.5, rel=1e-3)
            assert mean(pairwise) + run["apart"]["half"] < 0  # every other G is worse, beyond the interval


def test_the_still_picture_crosses_every_wrong_name():
    still = run_module(module(STEM), "w.still({ ...d, groups: 8 }, null)", **given())
    assert still["svg"].count('class="over"') == sum(20 - right for right in RIGHT.values())
    for groups, right in RIGHT.items():
        assert re.search(rf"G = {groups}(, as in training)?: {right} of 20 right\. Of all 10,000", still["text"])


def test_python_side():
    assert TurnG().name == "turn"
    assert repr(TurnG(groups=4)) == (
        "TurnG: trained with G = 8, tested with G = 4: 18 of 20 pictures right, 7295 of 10000 test pictures"
    )
    with pytest.raises(Exception, match="groups"):
        TurnG(groups=3)


def shown(page):
    """G, and the name under each picture that is named wrong, by its number."""
    groups = int(page.locator(f"{W} .gn-value").text_content().removeprefix("G = "))
    out = page.locator(f"{W} .gn-out").evaluate_all(
        "(list) => list.map((e) => [e.dataset.gnPicture, e.querySelector('.gn-name').textContent])"
    )
    return groups, {int(i): name for i, name in out}


def expected(groups):
    named = enumerate(RUNS[groups]["named"])
    return groups, {i: CLASSES[name] for i, name in named if name != LABELS[i]}


def label_at(page, groups):
    """Where on the page a number of the dial stands."""
    label = page.locator(f"{W} .gn-dial text", has_text=re.compile(rf"^{groups}$")).first.bounding_box()
    return label["x"] + label["width"] / 2, label["y"] + label["height"] / 2


@pytest.mark.site
def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert shown(page) == expected(8) and page.locator(f"{W} .gn-turn-tick:visible", has_text="✓").count() == 20
    grip = page.locator(f"{W} [data-gn-grip=groups]")
    grip.scroll_into_view_if_needed()
    box = grip.locator(".disc").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for groups in (4, 2, 1):
        page.mouse.move(*label_at(page, groups), steps=4)
        assert shown(page) == expected(groups)
        assert page.locator(f"{W} .gn-live-text").inner_text().startswith(f"G = {groups}: {RIGHT[groups]} of 20 right")
    page.mouse.up()
    page.mouse.click(*label_at(page, 16))
    assert shown(page) == expected(16)
    page.keyboard.press("ArrowLeft")  # the press left the focus on the grip
    assert shown(page) == expected(8)
    page.keyboard.press("Home")
    assert shown(page) == expected(1) and grip.get_attribute("aria-valuetext") == "G = 1"
    assert "Layer Norm" in page.locator(f"{W} .gn-dial").inner_text()
    page.keyboard.press("End")
    assert shown(page) == expected(16) and "Instance Norm" in page.locator(f"{W} .gn-dial").inner_text()
    until(page, "location.hash === '#turn_g.turn?groups=16'")
    assert shown(widget_page(f"{PAGE}#turn_g.turn?groups=4")) == expected(4)
    assert shown(widget_page(f"{PAGE}#turn_g.turn?groups=3")) == expected(8)
    page.click(f"{W} [data-gn-do=reset]")
    assert shown(page) == expected(8)


@pytest.mark.site
def test_the_table_has_every_number_and_the_chart_the_present_one(widget_page, runs):
    page = widget_page(f"{PAGE}#turn_g.turn?groups=2")
    assert page.locator(f"{W} [data-gn-value=accuracy]").text_content() == "67.1 %"
    page.locator(f"{W} details summary").click()
    for groups, run in runs.items():
        value = {
            name: page.locator(f"{W} [data-gn-value={name}-{groups}]").inner_text() for name in ("right", "tested")
        }
        assert value == {"right": str(RIGHT[groups]), "tested": f"{RUNS[groups]['right']:,}"}
        apart = page.locator(f"{W} [data-gn-value=apart-{groups}]").inner_text()
        half = run["apart"]["half"]
        assert apart == ("" if groups == 8 else f"−{-run['apart']['mean']:.2f} ± {half:.2f}")


@pytest.mark.site
def test_a_thumb_turns_the_dial_and_the_page_stays(widget_page):
    page = widget_page(PAGE, width=390, has_touch=True, is_mobile=True)
    grip = page.locator(f"{W} [data-gn-grip=groups]")
    grip.evaluate("(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    touch, before = finger(page), scrolled(page)
    for kind, groups in (("touchStart", 8), ("touchMove", 4), ("touchMove", 1)):
        touch(kind, label_at(page, groups))
        until(page, f"document.querySelector('{W} .gn-value').textContent === 'G = {groups}'")
    touch("touchEnd")
    assert shown(page) == expected(1)
    assert page.evaluate("scrollY") == pytest.approx(before, abs=1)
