"""Mistakes as knobs: a right function with keyword arguments, each wrong turn of which is a mistake by name."""

# Mistakes of group norm that few make.
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


def alone(answers):
    """The `wrong` of an exercise whose mistakes are made one at a time: {name: function}."""
    return lambda: [([name], answer) for name, answer in answers.items()]


def turns(table, most: int = 2, most_rare: int = 2):
    """(names, knobs) of each mistake alone, then of two and more at once that turn different knobs, `most` at most.

    The more at once, the fewer of the ways to make each; rare mistakes only with so many as `most_rare` says.

    Args:
        table: (name, [knobs of each way to make the mistake, the most common first]) of each mistake.
    """
    for count in range(1, most + 1):
        some = [(name, ways) for name, ways in table if count <= most_rare or name not in RARE]
        yield from _together([(name, knobs) for name, ways in some for knobs in ways[: (None, 4, 2)[count - 1]]], count)


def _together(ways, count: int, start: int = 0, names=(), knobs=None):
    """Combinations of `count` ways from `start` on, with those that `names` and `knobs` hold already."""
    if not count:
        yield list(names), knobs
        return
    for k in range(start, len(ways) - count + 1):
        name, own = ways[k]
        if not knobs or not any(knob in knobs for knob in own):
            both = dict(knobs or {})
            both.update(own)
            yield from _together(ways, count - 1, k + 1, names + (name,), both)


def candidates(right, table, most: int = 2, most_rare: int = 2):
    """(names, function) of `turns`: `table` is {name: ways}, the function is `right` with these knobs turned."""

    def turned(knobs):
        return lambda *args: right(*args, **knobs)

    for names, knobs in turns(table.items(), most, most_rare):
        yield names, turned(knobs)
