"""Means over seeds with their 95 % intervals, differences paired by seed, and how many seeds a gap takes.

An interval is Student's t over one number a seed: it says where the mean of very many seeds may lie, if seeds differ
about as in a normal distribution. Two settings are compared by the differences of their runs with the same seed.
"""

from collections.abc import Iterable, Mapping
from statistics import mean, stdev

from gn_edu.show import fixed

SHARE = 0.95  # of the intervals hold the mean that they are for


def _quantile(count: int) -> float:
    from scipy.stats import t  # here: a GPU machine that only writes records can do without

    return float(t.ppf((1 + SHARE) / 2, count - 1))


def interval(values: Iterable[float]) -> tuple[float, float]:
    """Mean of the values, one a seed, and half of its 95 % interval.

    Raises:
        ValueError: there are fewer than two values, and one says nothing of how far seeds differ.
    """
    values = list(values)
    if len(values) < 2:
        raise ValueError(f"an interval needs at least two seeds, got {len(values)}")
    return mean(values), _quantile(len(values)) * stdev(values) / len(values) ** 0.5


def paired(a: Mapping[int, float], b: Mapping[int, float]) -> tuple[float, float]:
    """a minus b, seed by seed, over the seeds that both have: mean and half of its 95 % interval.

    Args:
        a: a number by seed, such as the test error in per cent.
        b: the same of the setting that is compared.
    """
    return interval(a[seed] - b[seed] for seed in sorted(a.keys() & b.keys()))


def seeds_for(differences: Iterable[float], half: float) -> int:
    """How many seeds it takes until half the interval of their mean is at most `half`, if they go on as these do.

    Raises:
        ValueError: half is not above 0, or there are fewer than two differences.
    """
    if not half > 0:
        raise ValueError(f"half of an interval must be above 0, got {half}")
    values = list(differences)
    interval(values)
    spread, count = stdev(values), 2
    while _quantile(count) * spread / count**0.5 > half:
        count += 1
    return count


def with_interval(found: tuple[float, float], digits: int = 2) -> str:
    """As text: mean and half of the interval."""
    return " ± ".join(fixed(value, digits) for value in found)
