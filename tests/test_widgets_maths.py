"""The widgets' JavaScript against torch: means, variances, outputs, sets, and which outputs move."""

import json

import pytest
import torch
from browser import run_module
from torch.nn import functional as F

from gn_edu.data import hand_tensor
from gn_edu.questions import questions
from gn_edu.widgets import QuickQuestion, StatisticSet
from gn_edu.widgets.base import STATIC, module

ANSWERS = """d.cases.map((c) => {
  if (c.snap) return w.snapGroups(...c.snap);
  if (c.still) return w.still(...c.still);
  const now = w.view(c), lists = [...now.sets.values()];
  const changed = c.values.map((v, i) => v + (i === c.focus ? 1 : 0));
  return {
    y: now.y, mean: now.set.mean, variance: now.set.variance, sigma: now.set.sigma, members: now.set.members,
    sizes: lists.map((s) => s.members.length), moved: w.movedBetween(now.y, w.view({ ...c, values: changed }).y),
  };
})"""


def node(stem, cases):
    return run_module(module(stem), ANSWERS, cases=cases)


def make_cases(count=240):
    """Settings and the tensor that they hold; every method, dividing and interleaved groups, large and tiny values."""
    torch.manual_seed(0)
    pick = lambda *choices: choices[torch.randint(len(choices), ()).item()]  # noqa: E731
    cases = []
    for k in range(count):
        n, per_group, groups, h, w = (pick(1, 2, 3), pick(1, 2, 3), pick(1, 2, 4), pick(1, 2), pick(2, 3))
        c = per_group * groups
        x = torch.randn(n, c, h, w, dtype=torch.float64) * pick(1e-3, 1, 1e3) + pick(0, 5, -1e4)
        gamma, beta = torch.randn(2, c, dtype=torch.float64)
        case = dict(shape=[n, c, h, w], method=("batch", "layer", "instance", "group")[k % 4], groups=groups)
        case |= dict(interleaved=k % 8 == 7, focus=int(torch.randint(x.numel(), ())), eps=pick(1e-5, 1e-3))
        cases.append(case | dict(values=x.flatten().tolist(), gamma=gamma.tolist(), beta=beta.tolist()))
    return cases


CASES = make_cases()


def reference(case, x):
    """torch's answer; interleaved groups are group norm between two channel permutations."""
    n, c, h, w = case["shape"]
    gamma, beta = (torch.tensor(case[key], dtype=x.dtype) for key in ("gamma", "beta"))
    eps, groups = case["eps"], case["groups"]
    scale = gamma.view(1, -1, 1, 1)
    shift = beta.view(1, -1, 1, 1)
    if case["method"] == "batch":
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    if case["method"] == "layer":
        return F.layer_norm(x, x.shape[1:], eps=eps) * scale + shift
    if case["method"] == "instance":
        return F.instance_norm(x, weight=gamma, bias=beta, eps=eps)
    if not case["interleaved"]:
        return F.group_norm(x, groups, gamma, beta, eps)
    order = torch.arange(c).view(-1, groups).t().flatten()
    return F.group_norm(x[:, order], groups, eps=eps)[:, order.argsort()] * scale + shift


@pytest.fixture(scope="module")
def answers():
    return node("statistic_set", CASES)


def test_outputs_equal_torch(answers):
    assert len(CASES) >= 200
    for case, answer in zip(CASES, answers, strict=True):
        x = torch.tensor(case["values"], dtype=torch.float64).view(case["shape"])
        # torch takes the mean of the squares first, which loses digits when |mean| >> sigma: centring changes no
        # answer and spares its digits.
        want = reference(case, x - x.mean())
        got = torch.tensor(answer["y"], dtype=torch.float64).view(case["shape"])
        assert (got - want).abs().max() <= 1e-10 * max(1, x.abs().max().item()), case


def test_statistics_belong_to_the_members(answers):
    for case, answer in zip(CASES, answers, strict=True):
        members = torch.tensor(case["values"], dtype=torch.float64)[answer["members"]]
        assert case["focus"] in answer["members"]
        assert answer["mean"] == pytest.approx(members.mean().item(), rel=1e-12, abs=1e-12)
        assert answer["variance"] == pytest.approx(members.var(correction=0).item(), rel=1e-9, abs=1e-15)
        assert answer["sigma"] == pytest.approx((answer["variance"] + case["eps"]) ** 0.5, rel=1e-12)
        assert len(set(answer["sizes"])) == 1 and sum(answer["sizes"]) == len(case["values"])


def test_members_equal_the_python_side(answers):
    for case, answer in zip(CASES, answers, strict=True):
        x = torch.tensor(case["values"], dtype=torch.float64).view(case["shape"])
        traits = {key: case[key] for key in ("method", "groups", "interleaved", "focus")}
        assert sorted(StatisticSet(x, **traits).members()) == sorted(answer["members"])


def test_ripple_is_the_jacobian():
    """Outputs that the widget reports as moved are those whose derivative by the chosen input is not zero."""
    cases = [c for c in make_cases(160) if abs(c["values"][0]) < 50][:40]
    assert len(cases) == 40
    for case, answer in zip(cases, node("statistic_set", cases), strict=True):
        x = torch.tensor(case["values"], dtype=torch.float64).view(case["shape"])
        ones = {"gamma": case["gamma"], "beta": case["beta"]}
        jacobian = torch.autograd.functional.jacobian(lambda x, case=case, ones=ones: reference(case | ones, x), x)
        column = jacobian.reshape(x.numel(), x.numel())[:, case["focus"]]
        coupled = (column.abs() > 1e-12).nonzero().flatten().tolist()
        # A step of 1 is not a derivative: a value can come back to where it was, but nothing outside the set moves.
        assert set(answer["moved"]) <= set(answer["members"]) and set(coupled) <= set(answer["members"])
        assert set(answer["moved"]) == set(coupled) or len(answer["members"]) <= 2


def test_the_number_of_groups_snaps_to_a_divisor_in_the_direction_of_the_move():
    cases = [[4, 3, 6], [4, 6, 6], [5, 6, 12], [7, 6, 12], [2, 1, 4], [3, 4, 4]]
    assert node("statistic_set", [{"snap": case} for case in cases]) == [6, 3, 4, 12, 2, 2]


SOURCES = STATIC.parent / "src"


def in_model(script, cases):
    """What `script` makes of each case c, given its model.js as w and what reads addresses as address."""
    imported = f"import({json.dumps((SOURCES / 'shared' / 'address.js').as_uri())})"
    answer = f"await {imported}.then((address) => d.cases.map((c) => {{ {script} }}))"
    return run_module(SOURCES / "statistic_set" / "model.js", answer, cases=cases)


FORMS = "const start = { ...c, ...w.unscaled(c.shape) }, forms = { ...w.traitsOf(c), ...w.affineOf(c.shape) };"
VALUES = hand_tensor().flatten().tolist()
TRAITS = dict(values=VALUES, shape=[2, 4, 1, 2], method="group", groups=2, interleaved=False, focus=0, eps=1e-5, lit="")


def test_what_an_address_holds_is_the_state_again():
    """Every value is a text there; of the lists and of what is rarely changed, only what differs from the start."""
    script = f"""{FORMS}
    const saved = address.written(forms, {{ ...start, ...c.change }}, start);
    return {{ saved, again: address.meant(forms, saved, start) }};
    """
    changes = [
        {},
        {"method": "batch", "focus": 15},
        {"groups": 4, "interleaved": True},
        {"values": [0.25, *VALUES[1:]]},
        {"gamma": [1, -2.5, 1, 1], "beta": [0, 0, 0, 1e-7]},
        {"lit": "mean"},
    ]
    answers = in_model(script, [TRAITS | {"change": change} for change in changes])
    for change, answer in zip(changes, answers, strict=True):
        want = TRAITS | {"gamma": [1] * 4, "beta": [0] * 4} | change
        assert TRAITS | answer["again"] == want
        assert set(answer["saved"]) == {"method", "groups", "focus"} | set(change)
        assert all(isinstance(text, str) for text in answer["saved"].values())


def test_a_switch_that_began_on_stays_off_in_an_address():
    script = (
        f"{FORMS} return address.meant(forms, address.written(forms, {{ ...start, interleaved: false }}, start), start)"
    )
    assert in_model(script, [TRAITS | {"interleaved": True}])[0]["interleaved"] is False


def test_addresses_that_readers_have_are_still_understood():
    """As they were written before the flags said true and false."""
    script = f"{FORMS} return address.meant(forms, c.saved, start)"
    saved = {"method": "batch", "groups": "4", "focus": "15", "interleaved": "1", "gamma": "1 -2.5 1 1"}
    wrong = {"method": "x", "groups": "3", "focus": "16", "interleaved": "x", "values": "1 x", "gamma": "1"}
    wrong |= {"beta": "", "lit": "median"}
    understood, ignored = in_model(script, [TRAITS | {"saved": texts} for texts in (saved, wrong)])
    start = {key: TRAITS[key] for key in ("values", "method", "groups", "interleaved", "focus", "lit")}
    start |= {"gamma": [1] * 4, "beta": [0] * 4}
    want = {"method": "batch", "groups": 4, "focus": 15, "interleaved": True, "gamma": [1, -2.5, 1, 1]}
    assert understood == start | want and ignored == start


def test_arrow_keys_reach_every_cell_and_back():
    """An arrow leads to a neighbour whose opposite arrow leads back, or, at the edge, nowhere."""
    opposite = {"ArrowLeft": "ArrowRight", "ArrowUp": "ArrowDown"}
    opposite |= {back: there for there, back in opposite.items()}
    dims = dict(images=3, channels=4, positions=2)
    keys = [(i, key) for i in range(24) for key in opposite]
    cases = [dict(dims=dims, i=i, key=key) for i, key in keys]
    steps = dict(zip(keys, in_model("return w.cellToward(c.dims, c.i, c.key);", cases), strict=True))
    assert all(to == i or steps[to, opposite[key]] == i for (i, key), to in steps.items())
    reached, new = set(), {0}
    while new:
        reached |= new
        new = {steps[i, key] for i in new for key in opposite} - reached
    assert reached == set(range(24))
    # Image 2 begins under image 1's last pixel.
    assert steps[1, "ArrowDown"] == 8 and steps[0, "ArrowUp"] == 0 and steps[8, "ArrowUp"] == 1


def test_hand_sized_tensor_has_whole_numbers():
    x = hand_tensor()
    base = dict(shape=list(x.shape), values=x.flatten().tolist(), gamma=[1] * 4, beta=[0] * 4, eps=0)
    base |= dict(method="group", groups=2, interleaved=False)
    firsts = node("statistic_set", [base | {"focus": focus} for focus in (0, 4, 8, 12)])
    assert [(a["mean"], a["sigma"]) for a in firsts] == [(4, 2), (3, 3), (4, 4), (5, 3)]
    assert firsts[0]["y"][:4] == [-1, -1, 1, 1]


def test_still_pictures_say_what_they_show():
    widget = StatisticSet(hand_tensor())
    traits = {
        key: getattr(widget, key) for key in ("values", "shape", "method", "groups", "interleaved", "focus", "eps")
    }
    still, translated = node("statistic_set", [{"still": [traits, {}]}, {"still": [traits, {"group norm": "GN!"}]}])
    assert still["text"].startswith("Image 1, channel 1: group norm averages 4 of 16 values. Mean 4.000, σ 2.000")
    assert "GN! averages" in translated["text"]
    assert still["svg"].count("lit") >= 4 and "tabindex" not in still["svg"] and "aria" not in still["svg"]
    question = node("quick_question", [{"still": [questions()["ch03-m"], {}]}])[0]["html"]
    assert "<details>" in question and question.index("4096") < question.index("<details>")


# ---- the Python side


def test_describe_is_the_same_in_every_run_and_true():
    text = repr(StatisticSet(hand_tensor()))
    assert text == (
        "StatisticSet: group norm with 2 groups averages 4 of 16 values: mean 4.000, sigma 2.000; cell 0 becomes -1.000"
    )
    assert repr(QuickQuestion("ch03-m")).startswith("QuickQuestion: A tensor has N = 8")


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: StatisticSet(torch.zeros(2, 3)), r"\(n, c, h, w\).*\(2, 3\)"),
        (lambda: StatisticSet(torch.zeros(2, 64, 4, 4)), "1 to 256 values"),
        (lambda: StatisticSet(hand_tensor(), groups=3), "divide.*3 and 4"),
        (lambda: StatisticSet(hand_tensor(), focus=16), "below 16"),
        (lambda: StatisticSet(hand_tensor(), method="unknown"), "unknown"),
        (lambda: StatisticSet(hand_tensor(), lit="median"), "lit.*mean.*median"),
        (lambda: QuickQuestion("nope"), "no question 'nope'.*ch03-m"),
    ],
)
def test_refusals(make, said):
    with pytest.raises(Exception, match=said):
        make()
