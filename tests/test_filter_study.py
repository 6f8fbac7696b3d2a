"""The filter study finds groups that are there, none where there are none, and no order inside a group."""

import json

import pytest
import torch

from gn_edu import filter_study as study
from gn_edu.intervals import interval, paired, with_interval
from scripts.paths import ROOT

SIZE = 4


def correlations(rows):
    rows = rows - rows.mean(1, keepdim=True)
    rows = rows / rows.norm(dim=1, keepdim=True)
    return rows @ rows.T


def related(seed, channels=16, share=1.0):
    """Filters of which those of a group share a part, half of them with the sign turned."""
    generator = torch.Generator().manual_seed(seed)
    common = torch.randn(channels // SIZE, 30, generator=generator).repeat_interleave(SIZE, 0)
    common[1::2] *= -1
    return correlations(share * common + torch.randn(channels, 30, generator=generator))


def unrelated(seed, channels=16):
    return correlations(torch.randn(channels, 30, generator=torch.Generator().manual_seed(seed)))


def test_it_is_the_mean_over_pairs_inside_less_that_over_pairs_across():
    r = unrelated(0)
    inside = [abs(r[i, j]) for i in range(16) for j in range(i) if i // SIZE == j // SIZE]
    across = [abs(r[i, j]) for i in range(16) for j in range(i) if i // SIZE != j // SIZE]
    want = sum(inside) / len(inside) - sum(across) / len(across)
    assert float(study.inside_less_across(r, SIZE)) == pytest.approx(float(want), abs=1e-6)


def test_groups_that_are_there_are_found_and_only_in_their_cut():
    layers = [related(0), related(1)]
    assert study.p_value(layers, SIZE, seed=0, draws=499) == 1 / 500
    order = torch.arange(16).view(SIZE, -1).T.flatten()  # every fourth channel: each group has one of each
    assert study.p_value([r[order][:, order] for r in layers], SIZE, seed=0, draws=499) > 0.5


def test_a_shuffle_has_the_statistic_of_its_order():
    r = related(4)
    order = torch.randperm(16, generator=torch.Generator().manual_seed(0))
    places = order.argsort()
    want = study.inside_less_across(r[order][:, order], SIZE)
    torch.testing.assert_close(study.shuffled(r, SIZE, torch.stack([places, torch.arange(16)]))[0], want)


def test_the_order_inside_a_group_and_the_order_of_groups_mean_nothing():
    r = related(3)
    order = torch.cat([torch.randperm(SIZE) + SIZE * g for g in torch.randperm(4)])
    assert study.statistic([r[order][:, order]], SIZE) == pytest.approx(study.statistic([r], SIZE), abs=1e-6)


def test_without_groups_one_p_in_twenty_is_below_a_twentieth():
    ps = [study.p_value([unrelated(seed)], SIZE, seed, draws=199) for seed in range(200)]
    assert sum(p <= 0.05 for p in ps) <= 20 and 0.4 < sum(ps) / len(ps) < 0.6
    assert ps[0] == study.p_value([unrelated(0)], SIZE, 0, draws=199)


@pytest.mark.parametrize("size", [1, 3, 16, 32])
def test_a_cut_without_pairs_is_refused(size):
    with pytest.raises(ValueError, match=f"size must divide 16 channels and lie between 2 and 8, got {size}"):
        study.inside_less_across(torch.eye(16), size)


NOTEBOOK = json.loads((ROOT / "notebooks/ch10_why_groups.ipynb").read_text(encoding="utf-8"))
TEXT = "\n".join("".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown")


def alike(r):
    """Mean |r| of two filters of a layer."""
    return float((r.abs().sum() - len(r)) / (len(r) * (len(r) - 1)))


def test_what_chapter_10_says_is_in_the_records():
    found = study.runs()
    ((_, alone), (_, ws)) = study.gaps(found)
    assert f"the gap between the two kinds is {alone}." in TEXT and ws.startswith("-0.003")
    layers = {kind: study.by_seed(runs) for kind, runs in found.items()}
    of = {kind: [study.statistic(each, 16) for each in by_seed.values()] for kind, by_seed in layers.items()}
    assert f"alike than others: by {with_interval(interval(of['gn', False]), 4)}" in TEXT
    with_ws = with_interval(interval(of["gn", True]), 4).replace("-", "\u2212")
    assert f"nothing for group norm: {with_ws}" in TEXT and f"seen ({with_ws})" in TEXT
    control = with_interval(interval(of["bn", False]), 4).replace("-", "\u2212")
    assert f"its interval, {control}, leaves out 0" in TEXT
    small = [
        study.p_value(each, 16, seed, draws=999) for ws in (False, True) for seed, each in layers["bn", ws].items()
    ]
    assert sorted(small)[0] == 0.005 and sorted(small)[1] > 0.1  # 1 - 0.995 ** 6 is 0.03
    for by_seed in layers.values():
        for each in by_seed.values():
            assert sum(map(alike, each)) / len(each) == pytest.approx(0.06, abs=0.006)
    for seed, each in layers["gn", False].items():
        assert study.p_value(each, 16, seed, draws=999) == 0.001
        by_layer = [float(study.inside_less_across(r, 16)) for r in each]
        level = [alike(r) for r in each]
        assert all(0.22 < by_layer[k] / level[k] < 0.3 for k in (2, 3)) and all(0 < by_layer[k] < 0.006 for k in (4, 5))
    above = {}
    for layer in range(6):
        by_norm = (
            {seed: float(study.inside_less_across(each[layer], 16)) for seed, each in layers[norm, True].items()}
            for norm in ("gn", "bn")
        )
        above[layer + 1] = paired(*by_norm)
    assert [layer for layer, (middle, half) in above.items() if middle > half] == [3]
    assert f"layer 3 alone stands out from batch norm's, by {with_interval(above[3], 3)}" in TEXT
