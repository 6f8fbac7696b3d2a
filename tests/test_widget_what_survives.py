"""W3: what a norm makes of eight channels is torch's; the damage of a loud channel stays in its group."""

import re

import pytest
import torch
from browser import VIEW, run_module, shown
from hands import Hand
from torch.nn import functional as F

from gn_edu.widgets.base import module
from gn_edu.widgets.what_survives import WhatSurvives

PAGE = "notebooks/ch07_groups.html"
STEM = "what_survives"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-box='3']", "ArrowUp")
HAND = Hand(
    page=PAGE,
    name="loud",
    grip="[data-gn-box='3']",
    by=(0, -60),
    key="ArrowUp",
    shows=".drawn",
    point=(("[data-gn-guess='0']", (0, 0)),),
    reached="w.querySelector('.gn-cover').hidden && /Channel 3, its partner, is always active/.test(w.textContent)",
)
TRAITS = ("quantiles", "means", "spreads", "beta", "order", "norm", "centred")
LOUD = (0, 0, 0, -8, 0, 0, 0, 0)


def ask(**changes):
    widget = WhatSurvives(**changes)
    return {key: getattr(widget, key) for key in TRAITS}


def by_torch(case):
    """(after, sd, active) by place in the order."""
    quantiles, order = torch.tensor(case["quantiles"], dtype=torch.float64), torch.tensor(case["order"])
    means, spreads, beta = (torch.tensor(case[key], dtype=torch.float64)[order] for key in ("means", "spreads", "beta"))
    x = (0 if case["centred"] else means[:, None]) + spreads[:, None] * quantiles
    groups = 8 if case["norm"] == "batch" else int(case["norm"])
    y = F.group_norm(x[None], groups, bias=beta, eps=1e-5)[0]
    return y.mean(1), y.std(1, correction=0), (y > 0).double().mean(1)


def view(*cases):
    return run_module(module(STEM), VIEW, cases=list(cases))


def test_two_hundred_cases_are_torchs():
    generator = torch.Generator().manual_seed(0)
    asked = []
    for k in range(200):
        draw = torch.randn(3, 8, generator=generator)
        order = torch.randperm(8, generator=generator).tolist()
        norm = ("batch", "1", "2", "4", "8")[k % 5]
        means, spreads, beta = (draw[0] * 4).tolist(), (draw[1].abs() + 0.5).tolist(), draw[2].tolist()
        asked.append(ask(means=means, spreads=spreads, beta=beta, order=order, norm=norm, centred=k % 7 == 0))
    for case, got in zip(asked, view(*asked), strict=True):
        for key, want in zip(("after", "sd", "active"), by_torch(case), strict=True):
            found = torch.tensor([place[key] for place in got], dtype=torch.float64)
            torch.testing.assert_close(found, want, rtol=0, atol=1e-9 if key != "active" else 1 / 250)


def test_one_loud_channel_kills_itself_and_wakes_its_partner():
    active = {norm: [p["active"] for p in view(ask(means=LOUD, norm=norm))[0]] for norm in ("1", "4", "8", "batch")}
    assert active["4"][3] == 0 and active["4"][2] == 1
    assert active["4"][:2] + active["4"][4:] == pytest.approx([0.5] * 6, abs=0.01)
    assert active["8"] == active["batch"] == pytest.approx([0.5] * 8, abs=0.01)
    assert active["1"][3] == 0
    assert active["1"][:3] + active["1"][4:] == pytest.approx([0.84] * 7, abs=0.015)


def percent(share):
    """As it is said: 0 and 100 are for channels that are never and always active."""
    return round(share) * 100 if share in (0, 1) else min(99, max(1, round(100 * share)))


WORDS = "(m, v) => m.replace(/\\{(\\w+)\\}/g, (_, k) => (v ?? {})[k])"  # leaves English as it is
LEVELS = (-4, -3, -2, -1, 1, 2, 3, 4)


def named(sentence):
    """The channels that a sentence begins with."""
    found = re.match(r"Channels? ([\d, ]+)", sentence)
    return [int(channel) for channel in re.findall(r"\d+", found[1])] if found else []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            "Channel 4 is never active. Channel 3, its partner, is always active. "
            "All others let through as much as they would alone.",
        ),
        ({"norm": "1"}, "Channel 4 is never active. All others rise from 50 % to 84 %."),
        (
            {"norm": "2"},
            "Channel 4 is never active. Channels 1, 2, 3 rise from 50 % to 98 %. "
            "All others let through as much as they would alone.",
        ),
        ({"norm": "8"}, "Every channel lets 50 % through, as it would alone."),
        ({"norm": "batch"}, "Every channel lets 50 % through, as it would alone."),
        ({"norm": "8", "beta": (1, *[0] * 7)}, "Every channel lets through as much as it would alone."),
        (
            {"order": [3, 0, 1, 2, 4, 5, 6, 7]},
            "Channel 4 is never active. Channel 1, its partner, is always active. "
            "All others let through as much as they would alone.",
        ),
        (
            {"means": (-8, 0, 0, -8, 0, 0, 0, 0)},
            "Channels 1, 4 are never active. Channels 2, 3 are always active. "
            "All others let through as much as they would alone.",
        ),
        (
            {"beta": (0, 0, 0, 5, 0, 0, 0, 0)},
            "Channels 3, 4 are always active. All others let through as much as they would alone.",
        ),
        (
            {"means": LEVELS},
            "Channels 2, 4, 6, 8 rise from 50 % to 69 %. Channels 1, 3, 5, 7 fall from 50 % to 31 %.",
        ),
        (
            {"means": LEVELS, "norm": "1"},
            "Channels 1, 2 are never active. Channels 7, 8 are always active. "
            "Channels 5, 6 let more through than each would alone. "
            "Channels 3, 4 let less through than each would alone.",
        ),
        (
            {"means": (0, 0, 0, -1, 0, 0, 0, 0)},
            "Channel 3 rises from 50 % to 69 %. Channel 4 falls from 50 % to 31 %. "
            "All others let through as much as they would alone.",
        ),
    ],
)
def test_the_sentence_says_what_happened_and_torch_says_the_same(changes, said):
    case = ask(**{"means": LOUD, **changes})
    (got,) = run_module(module(STEM), f"d.cases.map((c) => w.sentence(c, w.view(c), {WORDS}))", cases=[case])
    assert got == said
    together, alone = by_torch(case)[2], by_torch({**case, "norm": "8"})[2]
    order = case["order"]
    for place, channel in enumerate(order):
        share, own = together[place].item(), alone[place].item()
        (told,) = [s for s in said.split(". ") if channel + 1 in named(s)] or [said.rpartition(". ")[2]]
        kinds = {"never": share == 0, "always": share == 1, "rise": share > own, "more": share > own}
        kinds |= {"fall": share < own, "less": share < own}
        kinds |= {"as much": percent(share) == percent(own), "as it would": percent(share) == percent(own)}
        assert all(holds for word, holds in kinds.items() if word in told), (channel + 1, told)


def test_percentages_are_torchs():
    generator = torch.Generator().manual_seed(1)
    cases = [
        ask(means=(torch.randn(8, generator=generator) * 3).tolist(), norm=norm) for norm in ("1", "2", "4", "8") * 5
    ]
    got = run_module(
        module(STEM), "d.cases.map((c) => w.view(c).map((p) => [w.percentOf(p), w.percentOf(p.alone)]))", cases=cases
    )
    for case, places in zip(cases, got, strict=True):
        for norm, column in ((case["norm"], 0), ("8", 1)):
            want = [percent(share.item()) for share in by_torch({**case, "norm": norm})[2]]
            assert [place[column] for place in places] == want


def test_order_matters_across_borders_only():
    inside, across = [0, 1, 3, 2, 4, 5, 6, 7], [0, 1, 2, 4, 3, 5, 6, 7]

    def by_channel(order):
        (places,) = view(ask(means=(1, 2, 3, -8, 0, 1, 2, 5), norm="4", order=order))
        return {place["channel"]: (place["after"], place["sd"]) for place in places}

    straight = by_channel(list(range(8)))
    assert all(by_channel(inside)[c] == pytest.approx(straight[c], abs=1e-12) for c in range(8))
    assert max(abs(by_channel(across)[c][0] - straight[c][0]) for c in range(8)) > 0.1


def test_filters_with_sum_zero_level_the_channels():
    assert all(abs(place["after"]) < 1e-9 for place in view(ask(means=LOUD, norm="1", centred=True))[0])


def test_python_side():
    with pytest.raises(ValueError, match="8 numbers, one a channel, got 2"):
        WhatSurvives(means=(1, 2))
    with pytest.raises(ValueError, match="above 0"):
        WhatSurvives(spreads=(0,) * 8)


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        ({}, "nothing of 4, all of 3"),
        ({"norm": "8"}, "some of it"),
        ({"norm": "batch"}, "some of it"),
        ({"norm": "1"}, "nothing of 4, some of 3"),
        ({"means": (0,) * 8}, "some of 4, some of 3"),
        ({"means": (0, 0, 0, 8, 0, 0, 0, 0)}, "all of 4, nothing of 3"),
        ({"centred": True}, "some of 4, some of 3"),
        ({"order": [3, 0, 1, 2, 4, 5, 6, 7]}, "nothing of 4, all of 1"),
        ({"beta": (0, 0, 0, 5, 0, 0, 0, 0)}, "all of 4, all of 3"),
    ],
)
def test_the_right_answer_is_computed_and_is_the_only_one(changes, right):
    question = "d.cases.map((c) => w.questionOf({ ...c, selected: 3 }, w.view(c), d.words))"
    (got,) = run_module(module(STEM), question.replace("d.words", WORDS), cases=[ask(**changes)])
    assert [answer["text"] for answer in got["answers"] if answer["right"]] == [right]
    assert len({answer["text"] for answer in got["answers"]}) == len(got["answers"]) >= 3


def test_every_set_is_told_its_mean():
    for norm, groups in (("1", 1), ("2", 2), ("4", 4), ("8", 8), ("batch", 8)):
        (places,) = view(ask(means=(1, 2, 3, -8, 0, 1, 2, 5), norm=norm))
        means = torch.tensor([1, 2, 3, -8, 0, 1, 2, 5], dtype=torch.float64).view(groups, -1).mean(1)
        want = means.repeat_interleave(8 // groups).tolist()
        assert [place["common"] for place in places] == pytest.approx(want, abs=1e-6)


def agrees(page, **changes):
    case = ask(**{"means": LOUD, **changes})
    for key, want in zip(("after", "sd", "active"), by_torch(case), strict=True):
        for place, channel in enumerate(case["order"]):
            got = page.locator(f"{W} [data-gn-value='{key}[{channel}]']").text_content()
            assert got == shown(want[place].item(), 2), f"{key} of channel {channel}"
    shares = [f"{percent(share.item())}%" for share in want]
    assert page.locator(f"{W} .share").all_text_contents() == shares


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    page.click(f"{W} [data-gn-do=show]")
    agrees(page)
    page.click(f"{W} details summary >> nth=0")
    page.click(f"{W} [data-gn-move='1']")
    order = [0, 1, 2, 4, 3, 5, 6, 7]
    agrees(page, order=order)
    page.focus(f"{W} [data-gn-mean]")
    page.keyboard.press("ArrowRight")
    means = (0, 0, 0, -7.5, 0, 0, 0, 0)
    agrees(page, means=means, order=order)
    page.check(f"{W} [data-gn-norm='1']")
    agrees(page, means=means, order=order, norm="1")
    page.focus(f"{W} [data-gn-box='0']")  # the chosen channel is the one that is touched
    page.focus(f"{W} [data-gn-beta]")
    page.keyboard.press("ArrowRight")
    agrees(page, means=means, order=order, norm="1", beta=(0.5, *[0] * 7))
    page.wait_for_timeout(400)
    again = widget_page(page.url)  # a link to a state shows what comes after the norm
    assert again.locator(f"{W} .gn-cover").is_hidden()
    agrees(again, means=means, order=order, norm="1", beta=(0.5, *[0] * 7))
    page.focus(f"{W} [data-gn-box='3']")
    assert page.locator(f"{W} [data-gn-mean]").input_value() == "-7.5"
    page.check(f"{W} [data-gn-centred]")
    agrees(page, means=means, order=order, norm="1", beta=(0.5, *[0] * 7), centred=True)
    slider = page.locator(f"{W} [data-gn-mean]")  # says what is drawn: no channel keeps a level
    assert slider.input_value() == "0" and slider.is_disabled()
    page.click(f"{W} [data-gn-preset=levels]")
    agrees(page, means=(-4, -3, -2, -1, 1, 2, 3, 4), norm="1")
    page.click(f"{W} [data-gn-do=reset]")
    agrees(page)
    said = page.locator(f"{W} .gn-live-text").text_content()
    assert said.startswith("Channel 4 is never active. Channel 3, its partner, is always active.")


def middle(page, selector):
    page.locator(f"{W} {selector}").evaluate("(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = page.locator(f"{W} {selector}").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pull(page, selector, right, down):
    x, y = middle(page, selector)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 9):
        page.mouse.move(x + right * k / 8, y + down * k / 8)
    page.mouse.up()


UNIT = 7.5  # pixels of the first row are a unit of its axis


def test_a_box_is_dragged_to_another_mean_its_knob_to_another_spread_and_sideways_to_another_place(widget_page):
    page = widget_page(PAGE)
    page.click(f"{W} [data-gn-do=show]")
    pull(page, "[data-gn-box='6']", 0, -3 * UNIT)
    means = (0, 0, 0, -8, 0, 0, 3, 0)
    agrees(page, means=means)
    assert page.locator(f"{W} [data-gn-box='6']").get_attribute("aria-valuenow") == "3"
    pull(page, "[data-gn-grip=spread]", 0, 2 * UNIT)  # over 0 the knob hangs under its box
    spreads = (1, 1, 1, 1, 1, 1, 3, 1)
    agrees(page, means=means, spreads=spreads)
    column = middle(page, "[data-gn-box='1']")[0] - middle(page, "[data-gn-box='0']")[0]
    pull(page, "[data-gn-box='3']", 2 * column, 4)
    order = [0, 1, 2, 4, 5, 3, 6, 7]
    agrees(page, means=means, spreads=spreads, order=order)


def test_keys_on_a_box_do_the_same(widget_page):
    page = widget_page(PAGE)
    page.click(f"{W} [data-gn-do=show]")
    page.focus(f"{W} [data-gn-box='3']")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "PageDown"):
        page.keyboard.press(key)
    order = [3, 0, 1, 2, 4, 5, 6, 7]
    for key, mean in ((None, -10), ("End", 10), ("Home", -10)):
        if key:
            page.keyboard.press(key)
        means = (0, 0, 0, mean, 0, 0, 0, 0)
        agrees(page, means=means, order=order)
    page.focus(f"{W} [data-gn-grip=spread]")
    page.keyboard.press("ArrowUp")
    agrees(page, means=means, order=order, spreads=(1, 1, 1, 1.5, 1, 1, 1, 1))


def test_what_comes_after_the_norm_is_covered_until_the_reader_guesses(widget_page):
    page = widget_page(PAGE)
    cover, after = page.locator(f"{W} .gn-cover"), page.get_by_label("The channels after the norm")
    assert cover.is_visible() and after.is_hidden()
    assert page.locator(f"{W} .gn-live-text").is_hidden()
    page.focus(f"{W} [data-gn-box='3']")
    page.keyboard.press("ArrowUp")  # the question follows the state
    assert "−7.5" in cover.locator(".gn-prompt").inner_text()
    cover.get_by_text("nothing of 4, nothing of 3").click()
    assert cover.is_hidden() and after.is_visible()
    reply = page.locator(f"{W} .gn-reply").inner_text()
    assert "No." in reply and "takes one mean off both, −3.75, and divides by one deviation, 3.88." in reply
    assert "so the ReLU leaves nothing of 4, all of 3." in reply
    page.keyboard.press("Tab")
    page.check(f"{W} [data-gn-norm='1']")
    assert cover.is_hidden()  # whoever has answered sees all that follows
    page.click(f"{W} [data-gn-do=reset]")  # begins anew, with the question
    assert cover.is_visible() and after.is_hidden() and page.locator(f"{W} .gn-reply").inner_text() == ""
    assert "−8" in cover.locator(".gn-prompt").inner_text()


BOXES = "(e) => { const { y, height } = e.getBBox(); return [y, y + height]; }"


def extents(page, selector):
    """From where to where parts of the drawings reach, downwards, in their own pixels."""
    return [one.evaluate(BOXES) for one in page.locator(f"{W} {selector}").all()]


def test_the_relu_cuts_what_is_below_zero(widget_page):
    page = widget_page(PAGE)
    page.click(f"{W} [data-gn-do=show]")
    assert "cut away" in page.locator(f"{W} .cut-word").text_content()
    for norm, living, cut, moved in (("4", 7, 7, 2), ("1", 7, 1, 8), ("8", 8, 8, 0)):
        page.check(f"{W} [data-gn-norm='{norm}']")
        ((zero, bottom),) = extents(page, ".cut")
        solid, ghosts = extents(page, "rect.passed"), extents(page, "rect.ghost")
        assert (len(solid), len(ghosts)) == (living, cut)
        assert all(low <= zero + 0.1 for _, low in solid) and all(zero - 0.1 <= high < bottom for high, _ in ghosts)
        alone = extents(page, "rect.alone")  # one deviation up and down from 0: a quarter of the row each
        assert len(alone) == moved
        quarter = (bottom - zero) / 4
        assert all(one == pytest.approx([zero - quarter, zero + quarter], abs=0.2) for one in alone)
        assert page.get_by_text("dashed: as it would be alone (G = 8)").is_visible() == (moved > 0)


@pytest.mark.parametrize("down", [1, -1])
def test_a_box_stays_inside_of_its_frame_at_the_ends(widget_page, down):
    page = widget_page(PAGE)
    pull(page, "[data-gn-box='5']", 0, down * 30 * UNIT)
    assert page.locator(f"{W} [data-gn-box='5']").get_attribute("aria-valuenow") == str(-10 * down)
    ((top, bottom), *_) = extents(page, ".frame >> nth=0")
    for part in (".gn-box.gn-chosen .hit", ".drawn >> nth=0 >> .box >> nth=5", ".drawn >> nth=0 >> .whisker >> nth=5"):
        ((high, low),) = extents(page, part)
        assert top <= high < low <= bottom


def test_the_right_guess_is_right_and_paper_needs_none(widget_page):
    page = widget_page(PAGE)
    page.emulate_media(media="print")
    after = page.get_by_label("The channels after the norm")
    assert after.is_visible() and page.locator(f"{W} .gn-cover").is_hidden()
    page.emulate_media(media="screen")
    assert after.is_hidden()
    page.locator(f"{W} .gn-cover").get_by_text("nothing of 4, all of 3").click()
    assert "Right." in page.locator(f"{W} .gn-reply").inner_text() and after.is_visible()
