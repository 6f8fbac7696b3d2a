"""W0: the networks in JavaScript give torch's numbers; in the page, batch norm's answer follows its neighbours."""

import json
import re

import pytest
import torch
from browser import LANDING, number, run_module, until
from hands import Hand
from seeded import uniform

from gn_edu.augment import PIXEL_MEAN, PIXEL_STD, to_input
from gn_edu.records import published
from gn_edu.widgets.base import STATIC, module
from gn_edu.widgets.neighbours import Neighbours, networks, pairs
from scripts.draw_pictures import scene
from scripts.record_pairs import in_torch, photographs, pixels

STEP = (".gn-why summary",)  # the networks load, start their worker and answer
HAND = Hand(
    page=LANDING,
    name="home",
    grip="[data-gn-neighbour]",  # the worst company stands first
    by=(0, 0),
    key="ArrowRight",
    focus="[data-gn-neighbour]:checked",
    shows=".gn-panels",
    point=(("[data-gn-neighbour]", (0, 0)),),
    reached="[...w.querySelectorAll('.gn-verdict')].map((e) => e.textContent[0]).join('') === '✗✓'",
)


@pytest.mark.parametrize("norm, training", [("bn", True), ("bn", False), ("gn", True)])
def test_fifty_images_give_the_logits_of_torch(norm, training):
    torch.manual_seed(0)
    images = torch.randint(0, 256, (50, 3, 32, 32), dtype=torch.uint8)
    images[:20] = torch.stack([pixels(p["pixels"]) for p in networks()["pictures"]])
    stored = networks()["nets"][norm]
    net = in_torch(stored).train(training)
    script = "d.batches.map((b) => w.run(w.load(d.net), b, d.training).logits)"
    batches = [images[k : k + 5] for k in range(0, 50, 5)]
    source = STATIC.parent / "src" / "neighbours" / "network.js"
    got = run_module(source, script, net=stored, training=training, batches=[b.flatten(1).tolist() for b in batches])
    for logits, batch in zip(got, batches, strict=True):
        mean, std = PIXEL_MEAN.double(), PIXEL_STD.double()
        with torch.no_grad():
            # A second forward in training mode does not depend on the running statistics that the first one moved.
            want = net((batch.double() - mean) / std)
        torch.testing.assert_close(torch.tensor(logits, dtype=torch.float64), want, atol=1e-4, rtol=0)


def test_the_rounded_networks_are_those_of_the_records():
    """The accuracy after rounding stays within one point, and each file of weights is small."""
    records = {record.config.network.norm: record for record in published("neighbours")}
    for norm, stored in networks()["nets"].items():
        record = records[norm]
        network, result = record.config.network, record.result
        assert (network.groups, network.width, network.ws) == (8, 16, True)
        assert abs(result.accuracy - result.accuracy_rounded) < 1
        assert stored["pixel_mean"] == pytest.approx(PIXEL_MEAN.flatten().tolist())
        assert len(json.dumps(stored)) <= 200_000
    assert records["bn"].config == records["gn"].config.replace(norm="bn")


def test_the_pictures_are_the_first_drawings_that_both_networks_name_right():
    nets = [in_torch(stored).eval() for stored in networks()["nets"].values()]
    pictures = networks()["pictures"]
    for label in range(10):
        found, seed = [], 0
        while len(found) < 2:
            image = torch.from_numpy(scene(label, seed)).permute(2, 0, 1)
            with torch.no_grad():
                if all(net(to_input(image[None]).double()).argmax() == label for net in nets):
                    found.append(image)
            seed += 1
        mine = [pixels(p["pixels"]) for p in pictures if p["label"] == label]
        assert all(torch.equal(a, b.to(a.dtype)) for a, b in zip(mine, found, strict=True))


def test_companions_are_different_pictures_and_repeatable():
    script = "d.ask.map((a)=>w.companions(...a))"
    ask = [[picture, 20, size, draw] for picture in range(20) for size in (1, 3, 7) for draw in range(30)]
    once, twice = (run_module(module("neighbours"), script, ask=ask) for _ in range(2))
    assert once == twice
    for (picture, count, size, draw), others in zip(ask, once, strict=True):
        assert len(set(others)) == size and picture not in others and set(others) <= set(range(20))
        left = [i for i in range(count) if i != picture]
        numbers = uniform((draw * 2654435761 + picture * 40503 + size) % 2**32, size)
        assert others == [left.pop(int(u * len(left))) for u in numbers]
    assert len({others[0] for others in once[:30]}) > 8


# The first instance of the landing page, and the second, which has evaluation mode.
HOME, TESTED = (f"[data-gn-widget=neighbours][data-gn-name={name}]" for name in ("home", "tested"))
SOURCES = STATIC.parent / "src" / "neighbours"


def label(picture):
    return networks()["classes"][networks()["pictures"][picture]["label"]]


def is_right(picture, neighbour):
    return pairs().batch_norm[picture][neighbour].top == networks()["pictures"][picture]["label"]


def company(picture):
    """All other pictures, those that make batch norm wrong first, then by what batch norm gives the truth."""
    truth = networks()["pictures"][picture]["label"]
    others = [j for j in range(20) if j != picture]
    return sorted(others, key=lambda j: (is_right(picture, j), pairs().batch_norm[picture][j].percent[truth]))


def test_the_strip_begins_with_the_worst_company():
    data = Neighbours().data
    script = "d.data.pictures.map((_, i) => w.createRecord(d.data).company(i))"
    for picture, order in enumerate(run_module(SOURCES / "model.js", script, data=data)):
        assert order == company(picture)
        wrong = [j for j in order if not is_right(picture, j)]
        assert order[: len(wrong)] == wrong and is_right(picture, order[-1])
        assert wrong or picture in (13, 17)  # the two drawings with no such neighbour


def test_the_still_picture_shows_what_the_page_is_about():
    """Batch norm changes its mind between the three neighbours of the still picture, group norm does not."""
    picture = Neighbours().picture
    traits = {"data": Neighbours().data, "picture": picture}
    text = run_module(module("neighbours"), "w.still(d.traits,{}).text", traits=traits)
    said = re.findall(r"Batch Norm says (\w+) (\d+)\s%, Group Norm (\w+ \d+)\s%", text)
    assert len(said) == 3 and len({group for _, _, group in said}) == 1
    shown = [(label_, int(percent)) for label_, percent, _ in said]
    for (name, percent), other in zip(shown, [company(picture)[k] for k in (-1, 1, 0)], strict=True):
        answer = pairs().batch_norm[picture][other]
        assert (name, percent) == (networks()["classes"][answer.top], answer.percent[answer.top])
    assert shown[0][0] == label(picture) and label(picture) not in (shown[1][0], shown[2][0])


def test_python_side_refuses_what_does_not_exist():
    assert repr(Neighbours()) == "Neighbours: picture 1 (airplane) in a batch of 2, draw 0, training mode"
    for wrong in ({"picture": 20}, {"neighbour": 20}):
        with pytest.raises(Exception, match="below 20"):
            Neighbours(**wrong)
    with pytest.raises(Exception, match="another picture than 3"):
        Neighbours(picture=3, neighbour=3)


def everything(page, widget=HOME):
    """By network: the whole per cent of all ten classes as the bars show them, and the class that is named."""
    root = page.locator(widget)
    found = {}
    for net in ("bn", "gn"):
        bars = [root.locator(f"[data-gn-bar='{net}[{k}]']") for k in range(10)]
        percent = [int(bar.get_attribute("title").removesuffix(" %")) for bar in bars]
        named = root.locator(f"[data-gn-value={net}_label]").inner_text()
        assert root.locator(f"[data-gn-value={net}_percent]").inner_text() == f"{max(percent)} %"
        right = root.locator(f"[data-net={net}] .gn-verdict").inner_text()
        assert (right == "✓ right") == (named == label(pinned(page, widget))) and (right[0] in "✓✗")
        found[net] = (*percent, named)
    return found


def pinned(page, widget):
    """The number of the picture that stays, told by its pixels."""
    photos = "(root) => [...root.querySelectorAll('[data-gn-picture] img')].map((e) => e.src)"
    return page.locator(widget).evaluate(f"(root) => ({photos})(root).indexOf(root.querySelector('.gn-stays img').src)")


def recorded(picture, neighbour):
    classes = networks()["classes"]
    answers = {"bn": pairs().batch_norm[picture][neighbour], "gn": pairs().group_norm[picture]}
    return {net: (*answer.percent, classes[answer.top]) for net, answer in answers.items()}


@pytest.fixture
def landing(widget_page):
    return widget_page(LANDING)


def after(page, action, widget=HOME):
    """Do it and wait until the networks have answered."""
    before = page.locator(f"{widget} .gn-live-text").inner_text()
    action()
    until(page, f"document.querySelector({f'{widget} .gn-live-text'!r}).innerText !== {before!r}", timeout=20_000)
    return everything(page, widget)


def chosen(page, widget=HOME):
    return int(page.locator(f"{widget} [data-gn-neighbour]:checked").get_attribute("value"))


def loaded(page):
    """The files of data that the page has asked for."""
    return [path for path in page.fetched if "_static/data-" in path]


def test_the_first_press_shows_the_effect_and_needs_no_network(landing):
    start = Neighbours().picture
    assert everything(landing) == recorded(start, company(start)[-1])
    assert everything(landing)["bn"][-1] == label(start)
    first = landing.locator(f"{HOME} [data-gn-neighbour]").first
    assert after(landing, first.click)["bn"][-1] != label(start)
    assert landing.locator(f"{HOME} [data-net=bn] .gn-verdict").inner_text() == "✗ wrong"
    for neighbour in company(start):
        landing.locator(f"{HOME} [data-gn-neighbour='{neighbour}']").click()
        assert everything(landing) == recorded(start, neighbour)
    assert landing.workers == [] and loaded(landing) == []


def test_the_strip_says_batch_norms_verdict_of_every_neighbour(landing):
    for picture in range(20):
        landing.click(f"{HOME} [data-gn-picture='{picture}']")
        strip = landing.locator(f"{HOME} .gn-neighbour").all()
        inputs = [item.locator("input") for item in strip]
        assert [int(item.get_attribute("value")) for item in inputs] == company(picture)
        marks = ["✓" if is_right(picture, j) else "✗" for j in company(picture)]
        assert [item.locator(".gn-mark").inner_text() for item in strip] == marks
        said = [item.get_attribute("aria-label").endswith("Batch Norm right") for item in inputs]
        assert said == [mark == "✓" for mark in marks]
        assert chosen(landing) == company(picture)[-1] and everything(landing) == recorded(
            picture, company(picture)[-1]
        )


def answer_in_torch(batch):
    """Whole per cent of both networks in training mode for the first picture of a batch, and the class they name."""
    images, classes = photographs()[batch], networks()["classes"]
    found = {}
    for net, stored in networks()["nets"].items():
        with torch.no_grad():
            p = in_torch(stored).train()(images)[0].softmax(0)
        found[net] = (*(round(100 * v) for v in p.tolist()), classes[int(p.argmax())])
    return found


def companions_of(picture, size, draw):
    return run_module(module("neighbours"), "w.companions(...d.ask)", ask=[picture, 20, size, draw])


def test_larger_batches_load_the_networks_once_and_answer_as_torch(landing):
    assert loaded(landing) == []
    for batch in (4, 8):
        found = after(landing, lambda size=batch: landing.check(f"{HOME} [data-gn-batch='{size}']"))
        assert found == answer_in_torch([1, *companions_of(1, batch - 1, landing_draw(landing))])
        moved = after(landing, lambda: landing.click(f"{HOME} [data-gn-do=again]"))
        assert moved == answer_in_torch([1, *companions_of(1, batch - 1, landing_draw(landing))])
        assert moved["gn"] == found["gn"] and moved["bn"] != found["bn"]
    assert len(loaded(landing)) == 1 and len(landing.workers) == 1  # the networks run beside the page, not in its way


def landing_draw(page):
    page.wait_for_timeout(400)  # the address follows a quarter of a second later
    return int(re.search(r"draw=(\d+)", page.url)[1])


def test_where_the_networks_do_not_come_the_page_says_so_and_tries_again(visit):
    page = visit(LANDING, check=False)
    page.route("**/data-*.js", lambda route: route.abort())
    until(page, f"document.querySelector('{HOME}[data-gn-ready]')")
    page.check(f"{HOME} [data-gn-batch='4']")
    until(page, f"document.querySelector('{HOME} .gn-live-text').innerText.includes('did not load')")
    page.unroute("**/data-*.js")
    assert after(page, lambda: page.click(f"{HOME} [data-gn-do=again]"))["gn"] == recorded(1, 0)["gn"]


def test_controls_that_would_change_nothing_are_not_there(landing):
    def visible(widget):
        marks = ("do=again", "batch='4'", "evaluation", "picture='0'", "neighbour='0'")
        return [mark for mark in marks if landing.locator(f"{widget} [data-gn-{mark}]").is_visible()]

    assert visible(HOME) == ["batch='4'", "picture='0'", "neighbour='0'"]
    after(landing, lambda: landing.check(f"{HOME} [data-gn-batch='8']"))
    assert visible(HOME) == ["do=again", "batch='4'", "picture='0'"]
    assert visible(TESTED) == ["evaluation", "neighbour='0'"]
    landing.check(f"{TESTED} [data-gn-evaluation]")
    assert visible(TESTED) == ["evaluation", "neighbour='0'"]


def test_in_evaluation_mode_the_neighbour_does_not_matter(landing):
    """The second instance begins with the worst company; the first press of the box puts it right."""
    wrong, picture = pairs().batch_norm[1][company(1)[0]], 1
    classes, root = networks()["classes"], landing.locator(TESTED)
    assert root.locator("[data-gn-value=bn_label]").inner_text() == classes[wrong.top] != label(picture)
    landing.check(f"{TESTED} [data-gn-evaluation]")
    stored = pairs().batch_norm_evaluation[picture]
    for neighbour in company(picture):
        landing.locator(f"{TESTED} [data-gn-neighbour='{neighbour}']").click()
        assert root.locator("[data-gn-value=bn_label]").inner_text() == label(picture)
        assert root.locator("[data-gn-value=bn_percent]").inner_text() == f"{stored.percent[stored.top]} %"
    assert set(root.locator(".gn-mark").all_inner_texts()) == {"✓"}
    assert loaded(landing) == []


def test_w0_by_keyboard_and_by_link(landing, widget_page):
    start = everything(landing)
    landing.focus(f"{HOME} [data-gn-neighbour]:checked")
    landing.keyboard.press("ArrowRight")  # behind the last comes the first
    assert chosen(landing) == company(1)[0]
    moved = everything(landing)
    assert moved == recorded(1, company(1)[0])
    landing.wait_for_timeout(400)
    assert f"#neighbours.home?picture=1&neighbour={company(1)[0]}&batch=2&draw=0" in landing.url
    assert everything(widget_page(landing.url)) == moved
    # A neighbour that is the picture itself, or none, is the picture's first one.
    assert everything(widget_page(f"{LANDING}#neighbours.home?picture=3&neighbour=3")) == recorded(3, company(3)[-1])
    damaged = widget_page(f"{LANDING}#neighbours.home?picture=99&neighbour=20&batch=3&draw=-1&evaluation=true")
    assert everything(damaged) == start
    landing.click(f"{HOME} [data-gn-do=reset]")
    assert everything(landing) == start


def test_by_thumb_the_strip_has_targets_that_a_thumb_hits(widget_page):
    page = widget_page(LANDING, width=390, has_touch=True, is_mobile=True)
    first = page.locator(f"{HOME} [data-gn-neighbour]").first
    for target in (first, page.locator(f"{HOME} [data-gn-picture]").first):
        assert min(target.bounding_box()[side] for side in ("width", "height")) >= 24
    first.tap()
    assert everything(page) == recorded(1, company(1)[0])
    # The bars stay on a phone.
    assert page.locator(f"{HOME} [data-gn-bar='gn[0]'] .gn-bar").bounding_box()["width"] > 40
    page.click(f"{HOME} .gn-why summary")
    mapped = page.locator(f"{HOME} [data-gn-map='bn.0.3']")
    assert min(mapped.bounding_box()[side] for side in ("width", "height")) >= 24


def test_w0_why_shows_whose_maps_are_averaged(landing):
    landing.click(f"{HOME} .gn-why summary")
    landing.click(f"{HOME} [data-gn-map='gn.0.3']")
    assert len(loaded(landing)) == 1
    pressed = [
        e.get_attribute("data-gn-map") for e in landing.locator(f"{HOME} [data-gn-map][aria-pressed=true]").all()
    ]
    assert pressed == ["bn.0.3", "bn.1.3", "gn.0.2", "gn.0.3"]
    means = [number(landing, name, "neighbours") for name in ("bn_mean", "gn_mean")]
    landing.locator(f"{HOME} [data-gn-neighbour]").first.click()
    until(landing, f"document.querySelector('{HOME} [data-gn-value=bn_mean]').innerText !== '{means[0]}'")
    assert number(landing, "gn_mean", "neighbours") == means[1]
