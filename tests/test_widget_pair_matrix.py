"""The matrix of pairs: its answers are the record's, its figures torch's, and a copy as company is instance norm."""

import pytest
import torch
from browser import HTML, finger, run_module, scrolled, site_is_built
from hands import Hand

from gn_edu.nets import replace_layers
from gn_edu.widgets.base import STATIC, module
from gn_edu.widgets.neighbours import album, networks, pairs, recorded_pairs
from gn_edu.widgets.pair_matrix import PairMatrix
from scripts.record_pairs import in_torch, photographs, pixels, probabilities_of_pairs

PAGE = "notebooks/ch02_batch_norm.html"
STEM = "pair_matrix"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-matrix=bn]", "ArrowRight")
HAND = Hand(
    page=PAGE,
    name="pairs",
    grip="[data-gn-matrix=bn] svg",
    by=(60, 40),
    key="ArrowRight",
    focus="[data-gn-matrix=bn]",
    shows=".gn-reading",  # the sentence is under both matrices
    point=(("[data-gn-twins]", (0, 0)),),  # the worst companion is the twin
    reached="w.querySelector('.twin') && /12 of the 20/.test(w.querySelector('.gn-live-text').textContent)",
)
LABELS = [picture["label"] for picture in networks()["pictures"]]
CLASSES = networks()["classes"]
TRAITS = {"album": album(), "pairs": recorded_pairs()}


@pytest.fixture(scope="module")
def model():
    """What the script makes of the record."""
    expression = (
        "((m) => ({ answers: ['bn', 'gn'].map((norm) => d.all.map((i) => d.all.map((j) => m.answer(norm, i, j)))),"
        " wrong: [m.wrong('bn'), m.wrong('gn')], twins: m.twins, twinOf: d.all.map(m.twinOf) }))"
        "(w.createModel(d.album, d.pairs))"
    )
    return run_module(module(STEM), expression, **TRAITS, all=list(range(20)))


def test_every_tile_is_the_record(model):
    record = pairs()
    for norm, answers in zip(("bn", "gn"), model["answers"], strict=True):
        for i in range(20):
            for j in range(20):
                want = record.batch_norm[i][j] if norm == "bn" else record.group_norm[i]
                wrong = want.top != LABELS[i]
                assert answers[i][j] == {"top": want.top, "sure": want.percent[LABELS[i]], "wrong": wrong}
    assert model["wrong"] == [73, 0]


def test_the_twin_is_the_worst_companion_for_12_and_among_the_three_worst_for_18(model):
    """From torch's probabilities of the true class, not from whole per cents."""
    probabilities = probabilities_of_pairs(in_torch(networks()["nets"]["bn"]), photographs())
    ranks = []
    for i, label in enumerate(LABELS):
        (twin,) = (j for j in range(20) if j != i and LABELS[j] == label)
        assert model["twinOf"][i] == twin and abs(i - twin) == 1
        right = probabilities[i, :, label]
        ranks.append(sum(bool(right[j] < right[twin]) for j in range(20) if j not in (i, twin)))
    assert (ranks.count(0), sum(rank < 3 for rank in ranks)) == (12, 18)
    assert model["twins"] == {"worst": 12, "among": 18}


def instance_norm(layer):
    return torch.nn.InstanceNorm2d(layer.num_features, affine=True, track_running_stats=True).double()


def test_with_an_exact_copy_the_pages_batch_norm_is_torchs_instance_norm():
    """The networks' ten numbers for each picture, in float64 from the first digit of their weights on."""
    stored = networks()["nets"]["bn"]
    photos = torch.stack([pixels(picture["pixels"]) for picture in networks()["pictures"]])
    source = STATIC.parent / "src" / "neighbours" / "network.js"
    script = "((net) => d.photos.map((a) => w.run(net, [a, a], true).logits[0]))(w.load(d.net))"
    got = run_module(source, script, net=stored, photos=photos.flatten(1).tolist())
    torch.set_default_dtype(torch.float64)
    try:
        net = in_torch(stored)
        mean, std = (torch.tensor(stored[key]).view(3, 1, 1) for key in ("pixel_mean", "pixel_std"))
    finally:
        torch.set_default_dtype(torch.float32)
    replace_layers(net, torch.nn.BatchNorm2d, instance_norm)
    with torch.no_grad():
        want = net.train()((photos.double() - mean) / std)
    torch.testing.assert_close(torch.tensor(got, dtype=torch.float64), want, rtol=0, atol=1e-9)


def test_the_still_picture_crosses_every_wrong_name():
    still = run_module(module(STEM), "w.still(d.traits, null)", traits={**TRAITS, "row": 1, "column": 18})
    crosses = [part.split('"')[0].count("m0-7l-7 7") for part in still["svg"].split('class="cross" d="')[1:]]
    on_diagonal = sum(pairs().batch_norm[i][i].top != LABELS[i] for i in range(20))
    assert crosses == [73 + on_diagonal, 0]
    assert "73 wrong names in 380 pairs" in still["text"] and "Group Norm: never a wrong name" in still["text"]
    assert still["svg"].count('class="twin"') == 40


@site_is_built
def test_its_pictures_stand_in_the_page_once():
    """The shimmering map of the same page shows them, too."""
    text = (HTML / PAGE).read_text(encoding="utf-8")
    assert [text.count(picture["pixels"]) for picture in album()["pictures"]] == [1] * 20


def test_python_side():
    assert repr(PairMatrix()) == "PairMatrix: picture 1 (airplane) beside picture 18 (truck)"
    assert repr(PairMatrix(row=2, twins=True)).endswith("beside picture 18 (truck), twins outlined")
    for wrong in ({"row": 20}, {"column": -1}):
        with pytest.raises(Exception, match=next(iter(wrong))):
            PairMatrix(**wrong)


def said(page, kind):
    return page.locator(f"{W} .gn-said-{kind}").inner_text()


def expected(row, column):
    answer = pairs().batch_norm[row][column]
    return f"{'✓' if answer.top == LABELS[row] else '✗'} Batch Norm says {CLASSES[answer.top]}."


def middle(page, norm, row, column):
    """Where on the page the middle of a tile lies."""
    box = page.locator(f"{W} [data-gn-matrix={norm}] svg").bounding_box()
    unit = box["width"] / (20 + 20 * 16 + 3)
    return [box[axis] + unit * (20 + 16 * k + 7.5) for axis, k in (("x", column), ("y", row))]


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    assert said(page, "bn") == expected(1, 18) and said(page, "gn") == "✓ Group Norm says airplane."
    page.locator(f"{W} .gn-halves").scroll_into_view_if_needed()
    page.mouse.move(*middle(page, "bn", 3, 2))
    page.mouse.down()
    assert said(page, "bn") == expected(3, 2)
    page.mouse.move(*middle(page, "bn", 9, 5), steps=4)
    assert said(page, "bn") == expected(9, 5) and "deer" in said(page, "pair") and "bird" in said(page, "pair")
    page.mouse.up()
    page.mouse.move(*middle(page, "bn", 0, 0))
    assert said(page, "bn") == expected(9, 5)  # nothing is held
    page.mouse.click(*middle(page, "gn", 12, 4))
    assert said(page, "bn") == expected(12, 4)
    page.focus(f"{W} [data-gn-matrix=bn]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert said(page, "bn") == expected(13, 3)
    page.click(f"{W} [data-gn-do=copy-as-companion]")
    assert said(page, "bn") == expected(13, 13) and "Instance Norm" in said(page, "why")
    assert "exact copy" in said(page, "pair")
    page.check(f"{W} [data-gn-twins]")
    page.keyboard.press("Tab")
    page.focus(f"{W} [data-gn-matrix=bn]")
    page.keyboard.press("ArrowLeft")
    assert "its twin, the other frog" in said(page, "pair") and "12 of the 20 pictures" in said(page, "why")
    assert page.locator(f"{W} [data-gn-matrix=bn] .twin").count() == 20
    page.wait_for_timeout(400)
    assert "#pair_matrix.pairs?row=13&column=12&twins=true" in page.url
    assert said(widget_page(page.url), "bn") == expected(13, 12)
    assert said(widget_page(f"{PAGE}#pair_matrix.pairs?row=20&column=x"), "bn") == expected(1, 18)
    page.click(f"{W} [data-gn-do=reset]")
    assert said(page, "bn") == expected(1, 18)


def test_a_thumb_slides_over_the_tiles_and_the_nearest_is_read(widget_page):
    page = widget_page(PAGE, width=390, has_touch=True, is_mobile=True)
    field = page.locator(f"{W} [data-gn-matrix=bn]")
    field.scroll_into_view_if_needed()
    assert field.bounding_box()["width"] >= 300
    touch, before = finger(page), scrolled(page)
    touch("touchStart", middle(page, "bn", 2, 2))
    assert said(page, "bn") == expected(2, 2)
    for k in (4, 8, 12):
        touch("touchMove", middle(page, "bn", k, k + 3))
        for _ in range(100):  # a browser gathers moves until its next picture
            if said(page, "bn") == expected(k, k + 3):
                break
            page.wait_for_timeout(20)
        assert said(page, "bn") == expected(k, k + 3)
    touch("touchEnd")
    assert page.evaluate("scrollY") == pytest.approx(before, abs=1)


@pytest.mark.parametrize("state", ["row=1&column=18", "row=9&column=9&twins=true", "row=9&column=8&twins=true"])
def test_at_most_five_numbers_are_in_view(widget_page, state):
    page = widget_page(f"{PAGE}#pair_matrix.pairs?{state}")
    text = page.locator(f"{W} .gn-body").inner_text()
    assert len([word for word in text.split() if any(letter.isdigit() for letter in word)]) <= 5, text
