"""Does training put related filters into one group? The recorded filters of the main run: python -m gn_edu.filter_study

The plan, written down before the first look at any record's filters:

- Related: the absolute correlation of two filters of a layer, |r|. A filter and its mirror image in sign are alike.
- Statistic: mean |r| of the pairs inside a group less mean |r| of the pairs across groups, in each 3 x 3 layer, and
  the mean of that over the six layers. Groups are what the network has: neighbouring runs of 16 channels.
- Null hypothesis: the order of the channels means nothing. The channels of each layer are shuffled 9,999 times, and p
  is the share of shuffles, the true order counted as one, whose statistic is at least as large (inside larger).
- Runs: all of results/main after eight passes: group norm and batch norm, with and without weight standardization.
  (These were seeds 0 to 2. Two of the kinds have been given more seeds since; the study keeps to what it looked at.)
- Control: batch norm's networks, cut into the same runs of 16 channels, which mean nothing to them. Group norm's
  statistic less batch norm's, paired by seed, with its 95 % interval.
- Seed of the shuffles: that of the run. Whatever comes out stands in chapter 10.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu.intervals import interval, paired, with_interval
from gn_edu.records import RunRecord, published
from gn_edu.show import fixed, table
from gn_edu.training.filters import unpacked

SEEDS = (0, 1, 2)
DRAWS = 9_999
AT_ONCE = 250  # shuffles


def inside_less_across(correlations: Tensor, size: int) -> Tensor:
    """Mean |r| of the pairs of channels inside a group less that of the pairs across groups.

    Args:
        correlations: (..., C, C), symmetric.
        size: channels in a group; neighbours, as in group norm.

    Returns:
        (...)

    Raises:
        ValueError: size does not divide C, or leaves no pair inside or across.
    """
    channels = correlations.shape[-1]
    if channels % size or not 1 < size < channels:
        raise ValueError(f"size must divide {channels} channels and lie between 2 and {channels // 2}, got {size}")
    groups = torch.arange(channels) // size
    same = groups[:, None] == groups
    other = ~torch.eye(channels, dtype=torch.bool)
    alike = correlations.abs()
    return alike[..., same & other].mean(-1) - alike[..., ~same].mean(-1)


def statistic(layers: Sequence[Tensor], size: int) -> float:
    """The mean of inside_less_across over the layers' correlations."""
    return float(torch.stack([inside_less_across(layer, size) for layer in layers]).mean())


def p_value(layers: Sequence[Tensor], size: int, seed: int, draws: int = DRAWS) -> float:
    """The share of shuffles of each layer's channels, the true order counted in, with a statistic at least as large."""
    generator = torch.Generator().manual_seed(seed)
    true, reached, done = statistic(layers, size), 1, 0
    while done < draws:
        count = min(AT_ONCE, draws - done)
        places = [torch.rand(count, len(layer), generator=generator).argsort(1) for layer in layers]
        found = [shuffled(layer, size, place) for layer, place in zip(layers, places, strict=True)]
        reached += int((torch.stack(found).mean(0) >= true - 1e-6).sum())
        done += count
    return reached / (draws + 1)


def shuffled(correlations: Tensor, size: int, places: Tensor) -> Tensor:
    """inside_less_across with channel c at place places[draw, c], of each draw: as sums over groups, which is fast."""
    channels = len(correlations)
    alike = correlations.abs().fill_diagonal_(0)
    member = F.one_hot(places // size, channels // size).to(alike.dtype)
    inside, pairs = (member * (alike @ member)).sum((1, 2)), channels * (size - 1)
    return inside / pairs - (alike.sum() - inside) / (channels * (channels - 1) - pairs)


def runs() -> dict[tuple[str, bool], list[RunRecord]]:
    """The runs of the study, by norm and weight standardization: the seeds that all four kinds have."""
    found: dict[tuple[str, bool], list[RunRecord]] = {}
    for record in published("main"):
        if record.result.epochs == 8 and record.config.seed in SEEDS:
            found.setdefault((record.config.network.norm, record.config.network.ws), []).append(record)
    return found


def by_seed(records: Sequence[RunRecord]) -> dict[int, list[Tensor]]:
    """The correlations of each layer, by seed."""
    return {r.config.seed: [unpacked(text) for text in r.result.filters or ()] for r in records}


def lines(found: dict[tuple[str, bool], list[RunRecord]], size: int = 16, draws: int = DRAWS) -> list[list[str]]:
    """For each kind of run: its name, seeds, the statistic with its interval, and the p of each seed."""
    rows = []
    for (norm, ws), records in found.items():
        layers = by_seed(records)
        values = with_interval(interval(statistic(each, size) for each in layers.values()), digits=4)
        ps = ", ".join(fixed(p_value(each, size, seed, draws), len(str(draws))) for seed, each in layers.items())
        rows.append([norm.upper() + " + WS" * ws, str(len(layers)), values, ps])
    return rows


def gaps(found: dict[tuple[str, bool], list[RunRecord]], size: int = 16) -> list[list[str]]:
    """Group norm's statistic less batch norm's, paired by seed, with and without weight standardization."""
    rows = []
    for ws in (False, True):
        of = {
            norm: {seed: statistic(each, size) for seed, each in by_seed(found[norm, ws]).items()}
            for norm in ("gn", "bn")
        }
        rows.append(["GN minus BN" + ", both + WS" * ws, with_interval(paired(of["gn"], of["bn"]), digits=3)])
    return rows


def main() -> None:
    found = runs()
    table(["network", "seeds", "mean |r| inside minus across", "p, by seed"], lines(found))
    table(["difference", "points of |r|"], gaps(found))


if __name__ == "__main__":
    main()
