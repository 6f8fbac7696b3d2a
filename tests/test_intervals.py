"""gn_edu.intervals: what an interval over seeds holds, how seeds are paired, and how many a gap takes."""

from statistics import mean, stdev

import pytest
import torch

from gn_edu.intervals import interval, paired, seeds_for, with_interval


@pytest.mark.parametrize("count, quantile", [(2, 12.706), (3, 4.303), (5, 2.776), (20, 2.093)])
def test_an_interval_is_students_t_of_a_table(count, quantile):
    values = [0.5 * k * k for k in range(count)]
    middle, half = interval(values)
    assert middle == mean(values)
    assert half == pytest.approx(quantile * stdev(values) / count**0.5, rel=2e-4)


def test_95_of_100_intervals_hold_the_mean():
    draws = torch.randn(4000, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    held = sum(abs(middle) <= half for middle, half in (interval(row) for row in draws.tolist()))
    assert 0.94 < held / 4000 < 0.96


def test_seeds_are_paired_whatever_their_order_and_strangers_left_out():
    a, b = {0: 3.0, 1: 7.0, 2: 100.0}, {1: 6.0, 0: 1.0, 9: -100.0}
    assert paired(a, b) == interval([2.0, 1.0])
    assert paired(b, a) == pytest.approx((-1.5, interval([2.0, 1.0])[1]))


def test_as_many_seeds_as_it_takes_and_not_one_more():
    differences = [0.1, 0.9, 0.4]
    for half in (0.2, 0.5, 3.0):
        count = seeds_for(differences, half)
        spread = stdev(differences)
        assert _half(count, spread) <= half and (count == 2 or _half(count - 1, spread) > half)


def _half(count: int, spread: float) -> float:
    """Half the interval of `count` values with that standard deviation."""
    values = [0.0] * (count - 2) + [-1.0, 1.0]
    return interval(values)[1] * spread / stdev(values)


def test_what_says_nothing_is_refused():
    for values in ([], [1.0]):
        with pytest.raises(ValueError, match=f"at least two seeds, got {len(values)}"):
            interval(values)
        with pytest.raises(ValueError, match="at least two seeds"):
            seeds_for(values, 0.5)
    with pytest.raises(ValueError, match="at least two seeds, got 1"):
        paired({0: 1.0, 1: 2.0}, {1: 2.0})
    for half in (0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="must be above 0"):
            seeds_for([1.0, 2.0], half)


def test_as_text():
    assert with_interval((1.234, 0.5)) == "1.23 ± 0.50" and with_interval((-0.04, 2.0), 1) == "0.0 ± 2.0"
