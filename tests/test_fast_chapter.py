"""Chapter 12: what its cells and sentences claim holds, on other numbers, and in the record that its tables show."""

from functools import partial

import pytest
import torch
from chapter_cells import cells_of_chapter, left_by

from gn_edu import records
from gn_edu.traffic import count

CELLS = cells_of_chapter("ch12_fast")
RECORD = records.measured("fast")


@pytest.fixture
def cells():
    return partial(left_by, CELLS)


def random(*shape, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3), dtype=dtype)


def test_six_steps_are_group_norm_and_ask_for_ten_tensors_where_torch_asks_for_four(cells):
    found = cells("count-code")
    x, weight, bias = random(3, 12, 20, 21), random(12), random(12)
    torch.testing.assert_close(found["six_steps"](x, 4, weight, bias), found["torchs"](x, 4, weight, bias))
    moved = [count(found[name], x, 4, weight, bias).total / (8 * x.numel()) for name in ("six_steps", "torchs")]
    assert moved == pytest.approx([10, 4], abs=0.02)


def test_the_way_back_through_six_steps_asks_for_more_than_ten_times_the_least(cells):
    found = cells("count-code")
    x, weight, bias = (t.requires_grad_() for t in (random(3, 12, 20, 21), random(12), random(12)))
    moved = []
    for name in ("six_steps", "torchs"):
        y = found[name](x, 4, weight, bias)
        traffic = count(torch.autograd.grad, y, (x, weight, bias), torch.ones_like(y))
        moved.append(traffic.total / (8 * x.numel()))
    assert moved[0] > 10 * 3 and moved[1] == pytest.approx(6, abs=0.05)


@pytest.mark.parametrize("seed", [1, 2])
def test_one_pass_loses_a_hundredfold_for_each_ten_deviations_and_two_passes_do_not(cells, seed):
    found = cells("published-code")
    torch.manual_seed(seed)
    x = torch.randn(4, 32, 16, 16)
    for name in ("one_pass", "channels_last"):
        errors = {}
        for away in (10, 100, 1000):
            right = found["two_passes"]((x + away).double(), 4)
            errors[away] = [float((found[each](x + away, 4) - right).abs().max()) for each in (name, "two_passes")]
        assert 20 < errors[100][0] / errors[10][0] < 500 and 20 < errors[1000][0] / errors[100][0] < 1000
        assert all(two < one / 3 for one, two in errors.values())
    assert found["one_pass"](x + 10000, 4).isnan().any()
    clamped = found["channels_last"](x + 10000, 4)
    assert clamped.abs().max() > 100 and not clamped.isnan().any()


def test_blocks_put_together_are_the_group():
    scope = {"torch": torch}
    exec(CELLS["blocks-live"].replace("[2.0, 4.0, 8.0, 10.0]", "[1.0, 7.0, -3.0, 2.5]"), scope)
    group = torch.tensor([1.0, 7.0, -3.0, 2.5])
    assert float(scope["mean"]) == pytest.approx(float(group.mean()))
    assert float(scope["variance"]) == pytest.approx(float(group.var(correction=0)))


def test_the_record_is_whole_and_the_chapters_sentences_are_its():
    assert {"device", "torch", "commit", "date"} <= set(RECORD)
    assert len(RECORD["rows"]) == 24 and all(row["kernel_kept"] <= 1.1 for row in RECORD["rows"])
    by_channels = {row["channels"]: row for row in RECORD["by_groups"]}
    kernel = [row["kernel_ms"] for row in by_channels.values()]
    assert max(kernel) < 1.6 * min(kernel)  # "the kernel hardly"
    torchs = [by_channels[k]["torch_ms"] for k in (16, 8, 4, 2)]
    assert torchs == sorted(torchs) and torchs[-1] > 4 * torchs[0]  # "longer and longer"
    assert all(0.8 < by_channels[k]["torch_ms"] / by_channels[k]["kernel_ms"] < 1.25 for k in (16, 32, 64))
    assert RECORD["counted"] == {"torch": 10, "two passes": 54, "own backward": 34, "kernel": 5}
    bfloat16 = [row for row in RECORD["rows"] if row["dtype"] == "bfloat16"]
    assert len(bfloat16) == 6
