"""Four variance formulas in float32 and float16 at growing offsets: python -m scripts.record_cancellation

Writes gn_edu/results/cancellation.json. Every operation is rounded to the type, sums run from left to right, so the
numbers are the same on every machine. The truth is the variance in float64 of the values as they are after rounding.
With it go the two numbers that E[x^2] - E[x]^2 subtracts, rounded and true.
"""

import json
from fractions import Fraction

import numpy as np

from gn_edu.training.provenance import provenance
from scripts.paths import ROOT

OFFSETS = {
    "float32": [0, 10, 30, 100, 300, 1000, 2000, 4000, 10_000, 30_000, 100_000],
    "float16": [0, 1, 3, 10, 30, 60, 100, 200, 300, 1000],
}
SEEDS, M = 5, 256


def total(values, one):
    """The sum from left to right, rounded after every step."""
    found = one(0)
    for value in values:
        found = one(found + value)
    return found


def subtracted(x, one):
    """E[x^2] and E[x]^2."""
    mean = one(total(x, one) / one(len(x)))
    return one(total([one(v * v) for v in x], one) / one(len(x))), one(mean * mean)


def truly_subtracted(x) -> tuple[float, float]:
    """E[x^2] and E[x]^2 of the values as they are: exact up to the last rounding, to float64."""
    exact = [Fraction(float(v)) for v in x]
    return float(sum(v * v for v in exact) / len(x)), float((sum(exact) / len(x)) ** 2)


def naive(x, one):
    """E[x^2] - E[x]^2."""
    mean_of_squares, square_of_mean = subtracted(x, one)
    return one(mean_of_squares - square_of_mean)


def two_pass(x, one):
    """First the mean, then the mean of the squared distances."""
    mean = one(total(x, one) / one(len(x)))
    return one(total([one(one(v - mean) * one(v - mean)) for v in x], one) / one(len(x)))


def welford(x, one):
    """One pass that keeps the mean so far and the squared distances to it."""
    mean, squares = one(0), one(0)
    for k, v in enumerate(x, 1):
        step = one(v - mean)
        mean = one(mean + one(step / one(k)))
        squares = one(squares + one(step * one(v - mean)))
    return one(squares / one(len(x)))


def shifted(x, one):
    """E[x^2] - E[x]^2 of x minus its first value."""
    return naive([one(v - x[0]) for v in x], one)


FORMULAS = {"naive": naive, "two_pass": two_pass, "welford": welford, "shifted": shifted}


def plain(value) -> float | str:
    """A number that JSON can hold."""
    return float(value) if np.isfinite(value) else str(float(value))


def main() -> None:
    rows: list[dict] = []
    with np.errstate(all="ignore"):
        for dtype, offsets in OFFSETS.items():
            one = getattr(np, dtype)
            for seed in range(SEEDS):
                draw = np.random.RandomState(seed).standard_normal(M)
                for offset in offsets:
                    x = [one(v) for v in draw + offset]
                    true = float(np.var(np.asarray(x, np.float64)))
                    row: dict = {"dtype": dtype, "offset": offset, "seed": seed, "true": true}
                    row |= {name: plain(formula(x, one)) for name, formula in FORMULAS.items()}
                    # The two numbers that the first formula subtracts, as they came out and as they should.
                    row["squares"] = [plain(v) for v in subtracted(x, one)]
                    row["true_squares"] = list(truly_subtracted(x))
                    rows.append(row)
    record = {
        "m": M,
        "spread": 1,
        "eps": 1e-5,
        "rows": rows,
        **provenance("CPU; the numbers do not depend on it", "numpy"),
    }
    (ROOT / "gn_edu" / "results" / "cancellation.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
    for row in rows:
        if row["seed"] == 0:
            print({key: round(value, 5) if isinstance(value, float) else value for key, value in row.items()})


if __name__ == "__main__":
    main()
