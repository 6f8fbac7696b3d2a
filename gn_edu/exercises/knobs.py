"""Mistakes as knobs: a right function with keyword arguments, each wrong turn of which is a mistake by name."""

from collections.abc import Callable, Iterator
from itertools import combinations

# Mistakes of group norms that few make.
RARE = (
    "across-samples",
    "pixel-norm",
    "over-groups",
    "channels-last-axis",
    "memory-order",
    "fixed-groups",
    "wrong-axes",
    "eps-squared",
    "eps-as-floor",
    "no-division",
)


def alone(answers: dict[str, Callable]) -> Callable[[], list[tuple[list[str], Callable]]]:
    """The `wrong` of an exercise whose mistakes are made one at a time: {name: function}."""
    return lambda: [([name], answer) for name, answer in answers.items()]


def candidates(
    right: Callable,
    table: dict[str, tuple[dict, ...]],
    most: int = 2,
    most_rare: int = 2,
) -> Iterator[tuple[list[str], Callable]]:
    """(names, function) of each mistake alone, then of two and more at once that turn different knobs, `most` at most.

    The more at once, the fewer of the ways to make each; rare mistakes only with so many as `most_rare` says.
    """

    def turned(knobs):
        return lambda *args: right(*args, **knobs)

    for count in range(1, most + 1):
        some = [name for name in table if count <= most_rare or name not in RARE]
        ways = [(name, knobs) for name in some for knobs in table[name][: (None, 4, 2)[count - 1]]]
        for several in combinations(ways, count):
            knobs = {knob: value for _, one in several for knob, value in one.items()}
            if len(knobs) == sum(len(one) for _, one in several):
                yield [name for name, _ in several], turned(knobs)
