"""What chapter 8 says of the main run and of what the norms cost, computed anew from the records."""

import json
from itertools import pairwise

import pytest

from gn_edu.intervals import interval, paired, seeds_for, with_interval
from gn_edu.recipes import RECIPES
from gn_edu.records import measured, published
from gn_edu.run_here import operations
from gn_edu.training import filters
from gn_edu.training.layer_statistics import MEASURES
from gn_edu.training.sweep import read_sweep
from scripts.paths import ROOT

NOTEBOOK = json.loads((ROOT / "notebooks/ch08_cifar10.ipynb").read_text(encoding="utf-8"))
TEXT = "\n".join("".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown")


def by_seed(norm, measure, ws=True, epochs=8):
    runs = [r for r in published("main") if (r.config.network.norm, r.config.network.ws) == (norm, ws)]
    return {r.config.seed: measure(r.result) for r in runs if r.result.epochs == epochs}


def gap(measure, ws=True):
    gn, bn = by_seed("gn", measure, ws), by_seed("bn", measure, ws)
    both = gn.keys() & bn.keys()
    assert both == {0, 1, 2}
    return {seed: gn[seed] for seed in both}, {seed: bn[seed] for seed in both}


def error(result):
    return result.error_by_epoch[-1]


def training_error(result):
    return result.train_error_by_epoch[-1]


def test_records_are_runs_of_the_sweep_file_and_alike_but_for_norm_and_seed():
    asked = read_sweep(ROOT / "gn_edu/results/main.toml")
    found = published("main")
    for record in found:
        assert record.config in asked
        assert not record.provenance.commit.endswith("+") and record.provenance.precision == "float32"
    alike = {r.config.replace(norm="gn", seed=0) for r in found if r.config.network.ws and r.result.epochs == 8}
    assert len(alike) == 1
    for record in found:
        result = record.result
        curves = (result.error_by_epoch, result.test_loss_by_epoch, result.train_error_by_epoch)
        assert {len(curve) for curve in curves} == {record.config.clock.epochs}
        matrices = [filters.unpacked(text) for text in result.filters]
        assert [len(matrix) for matrix in matrices] == [32, 32, 128, 128, 128, 128]


def test_what_is_said_of_the_gap_holds():
    gn, bn = gap(error)
    middle, half = paired(gn, bn)
    assert middle == pytest.approx(0.5, abs=0.05) and half > middle
    everyone = [value for kind in (gn, bn, *gap(error, ws=False)) for value in kind.values()]
    assert 12 < min(everyone) and max(everyone) < 16 and "Expect 12 to 16 percent" in TEXT
    assert seeds_for([gn[seed] - bn[seed] for seed in gn], 0.5) == 7 and "it takes seven until half" in TEXT
    assert f"In the stronger network it was {with_interval((middle, half), 1)}," in TEXT
    middle, half = paired(*gap(training_error))
    assert abs(middle) < half
    first_gn, first_bn = gap(lambda result: result.error_by_epoch[0])
    middle, half = paired(first_gn, first_bn)
    assert middle - half > 5  # batch norm is ahead after the first pass


def test_what_is_said_of_twelve_passes_holds():
    twelve = by_seed("gn", error, epochs=12)
    eight, with_ws, alone = by_seed("gn", error), by_seed("bn", error), by_seed("bn", error, ws=False)
    less = [with_interval(paired(other, twelve), 1) for other in (eight, with_ws, alone)]
    assert f"errs {less[0]} points less than with eight" in TEXT
    assert f"That is {less[1]} points less than batch norm with weight" in TEXT
    assert f"after eight, and {less[2]} less than batch norm alone" in TEXT
    for other in (eight, with_ws, alone):
        middle, half = paired(other, twelve)
        assert middle > half


def test_what_is_said_of_weight_standardization_holds():
    without, fits = paired(*gap(error, ws=False)), paired(*gap(training_error, ws=False))
    assert f"group norm is {with_interval(without, 1)} points behind, and {with_interval(fits, 1)} on training" in TEXT
    assert f"and {with_interval(without, 1)} with it on neither." in TEXT
    helped = paired(by_seed("gn", error, ws=False), by_seed("gn", error))
    cost = paired(by_seed("bn", error), by_seed("bn", error, ws=False))
    assert (
        f"takes {with_interval(helped, 1)} points off group norm's error and adds {with_interval(cost, 1)} to" in TEXT
    )
    best = paired(by_seed("gn", error), by_seed("bn", error, ws=False))
    assert f"stands {with_interval(best, 1)} points behind batch norm at its best (five seeds of each;" in TEXT
    assert [len(by_seed(norm, error, ws)) for norm, ws in (("bn", False), ("gn", True))] == [5, 5]
    assert all(middle - half > 0 for middle, half in (without, fits, helped, cost, best))
    for ws in (True, False):
        middle, half = paired(*gap(training_error, ws=ws))
        assert middle + half > 0  # no training error of group norm's is surely lower


def test_group_norm_spreads_its_levels_and_weight_standardization_less_so():
    at = MEASURES.index("level")

    def levels(norm, ws):
        return by_seed(norm, lambda result: sum(layer[at] for layer in result.layers[-1]), ws).values()

    order = [levels("bn", False), levels("bn", True), levels("gn", True), levels("gn", False)]
    assert all(max(less) < min(more) for less, more in pairwise(order))


def test_what_is_said_of_its_time_holds():
    assert round(operations(RECIPES["main"]) / 1e12) == 74 and "are 74 trillion operations" in TEXT
    minutes = [r.result.cpu_s / 60 for r in published("main") if r.result.epochs == 8]
    kinds = [[m for m in minutes if m < 17], [m for m in minutes if m >= 17]]
    assert [round(interval(kind)[0]) for kind in kinds] == [10, 26]
    assert "took 10 minutes for a recorded run, or 26" in TEXT


def test_what_is_said_of_the_costs_holds():
    costs = measured("costs")
    ratios = [row[name] for row in costs["rows"] for name in ("GN", "GN + WS")]
    assert max(abs(ratio - 1) for ratio in ratios) == pytest.approx(0.1)
    kept = costs["kept"]
    assert round(kept["BN"], 2) == round(kept["GN"], 2) == 0.79 and round(kept["GN + WS"] / kept["BN"], 2) == 1.02
    assert "no ratio is further from 1 than 10 per cent" in TEXT and "(0.79 MiB a picture), and 2 per cent more" in TEXT
