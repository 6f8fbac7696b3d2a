"""W0: the networks in JavaScript give torch's numbers; in the page, batch norm's answer follows its neighbours."""

import json
import re

import pytest
import torch
from browser import LANDING, number, run_module, until
from seeded import uniform

from gn_edu.augment import PIXEL_MEAN, PIXEL_STD, to_input
from gn_edu.records import published
from gn_edu.widgets.base import STATIC, module
from gn_edu.widgets.neighbours import Neighbours, networks
from scripts.draw_pictures import scene
from scripts.record_pairs import in_torch, pixels

W0 = "[data-gn-widget=neighbours]"


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


def test_the_first_draws_show_what_the_page_is_about():
    """Batch norm changes its mind within the three draws of the still picture, group norm says the same three times."""
    script = "w.still(d.traits,{}).text"
    text = run_module(
        module("neighbours"), script, traits={"data": networks(), "picture": Neighbours().picture, "batch": 2}
    )
    said = re.findall(r"batch norm (\w+) [\d.]+ %, group norm (\w+ [\d.]+) %", text)
    batch_norm, group_norm = ({answers[k] for answers in said} for k in (0, 1))
    assert len(said) == 3 and len(batch_norm) > 1 and len(group_norm) == 1
    assert networks()["classes"][networks()["pictures"][Neighbours().picture]["label"]] in group_norm.pop()


def test_python_side_refuses_what_does_not_exist():
    assert repr(Neighbours()) == "Neighbours: picture 1 (airplane) in a batch of 2, draw 0, training mode"
    with pytest.raises(Exception, match="below 20"):
        Neighbours(picture=20)


def everything(page):
    return {
        net: tuple(number(page, f"{net}[{k}]", "neighbours") for k in range(10))
        + (number(page, f"{net}_label", "neighbours"),)
        for net in ("bn", "gn")
    }


@pytest.fixture
def landing(widget_page):
    page = widget_page(LANDING)
    return page


def after(page, action):
    """Do it and wait until other pictures stand there, or the mode has changed."""
    before = page.locator(f"{W0} .gn-live-text").inner_text()
    action()
    until(page, f"document.querySelector({f'{W0} .gn-live-text'!r}).innerText !== {before!r}", timeout=3000)
    return everything(page)


def test_w0_by_mouse(landing):
    assert len(landing.workers) == 1  # the networks run beside the page, not in its way
    seen = [everything(landing)]
    for _ in range(6):
        seen.append(after(landing, lambda: landing.click(f"{W0} [data-gn-do=again]")))
    assert len({state["gn"] for state in seen}) == 1
    assert len({state["bn"] for state in seen}) >= 5
    assert len({state["bn"][-1] for state in seen}) >= 2  # another class, not only other digits
    bigger = after(landing, lambda: landing.check(f"{W0} [data-gn-batch='8']"))
    assert bigger["gn"] == seen[0]["gn"] and bigger["bn"] != seen[-1]["bn"]
    frozen = after(landing, lambda: landing.check(f"{W0} [data-gn-evaluation]"))
    assert frozen["gn"] == seen[0]["gn"]
    landing.click(f"{W0} [data-gn-do=again]")
    landing.wait_for_timeout(400)
    assert everything(landing) == frozen
    other = after(landing, lambda: landing.click(f"{W0} [data-gn-picture='16']"))
    assert other["gn"] != seen[0]["gn"] and other["gn"][-1] == "ship"


def until_answers(page, count):
    """Wait until each network's line of answers counts so many."""
    total = r"(p) => p.textContent.match(/\d+/g).reduce((sum, n) => sum + Number(n), 0)"
    until(page, f"[...document.querySelectorAll('{W0} .gn-trail')].map({total}).join() === '{count},{count}'")


def test_w0_new_neighbours_add_to_the_answers_so_far_and_all_else_begins_anew(landing):
    changes = [
        lambda: landing.click(f"{W0} [data-gn-picture='16']"),
        lambda: landing.check(f"{W0} [data-gn-batch='8']"),
        lambda: landing.check(f"{W0} [data-gn-evaluation]"),
        lambda: landing.click(f"{W0} [data-gn-do=reset]"),
    ]
    for change in changes:
        until_answers(landing, 1)
        landing.click(f"{W0} [data-gn-do=again]")
        until_answers(landing, 2)
        change()
    until_answers(landing, 1)


def test_w0_by_keyboard_and_by_link(landing, widget_page):
    start = everything(landing)
    landing.focus(f"{W0} [data-gn-do=again]")
    moved = after(landing, lambda: landing.keyboard.press("Enter"))
    assert moved["bn"] != start["bn"] and moved["gn"] == start["gn"]
    landing.wait_for_timeout(400)
    assert "#neighbours.home?picture=1&batch=2&draw=1" in landing.url
    again = widget_page(landing.url)
    assert everything(again) == moved
    damaged = widget_page(f"{LANDING}#neighbours.home?picture=99&batch=3&draw=-1")
    assert everything(damaged) == start
    after(landing, lambda: landing.keyboard.press("Enter"))
    landing.click(f"{W0} [data-gn-do=reset]")
    landing.wait_for_timeout(400)
    assert everything(landing) == start


def test_w0_why_shows_whose_maps_are_averaged(landing):
    landing.click(f"{W0} .gn-why summary")
    landing.click(f"{W0} [data-gn-map='gn.0.3']")
    pressed = [e.get_attribute("data-gn-map") for e in landing.locator(f"{W0} [data-gn-map][aria-pressed=true]").all()]
    assert pressed == ["bn.0.3", "bn.1.3", "gn.0.2", "gn.0.3"]
    means = [number(landing, name, "neighbours") for name in ("bn_mean", "gn_mean")]
    after(landing, lambda: landing.click(f"{W0} [data-gn-do=again]"))
    moved = [number(landing, name, "neighbours") for name in ("bn_mean", "gn_mean")]
    assert moved[0] != means[0] and moved[1] == means[1]
