"""The filter study finds groups that are there, none where there are none, and no order inside a group."""

import pytest
import torch

from gn_edu import filter_study as study

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
