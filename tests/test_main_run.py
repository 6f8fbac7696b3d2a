"""What chapter 8 says of the main run and of what the norms cost, computed anew from the records."""

import json

import pytest

from gn_edu.intervals import interval, paired, seeds_for, with_interval
from gn_edu.recipes import RECIPES
from gn_edu.records import measured, published
from gn_edu.run_here import operations
from gn_edu.training import filters
from gn_edu.training.sweep import read_sweep
from scripts.paths import ROOT

NOTEBOOK = json.loads((ROOT / "notebooks/ch08_cifar10.ipynb").read_text(encoding="utf-8"))
TEXT = "\n".join("".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown")


def by_seed(norm, measure):
    runs = [r for r in published("main") if r.config.network.norm == norm and r.config.network.ws]
    return {r.config.seed: measure(r.result) for r in runs if r.result.epochs == 8}


def gap(measure):
    gn, bn = by_seed("gn", measure), by_seed("bn", measure)
    assert gn.keys() == bn.keys() >= {0, 1, 2}
    return gn, bn


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
    gn, bn = gap(lambda result: result.error_by_epoch[-1])
    middle, half = paired(gn, bn)
    assert middle == pytest.approx(0.5, abs=0.05) and half > middle
    assert max([*gn.values(), *bn.values()]) < 15
    assert seeds_for([gn[seed] - bn[seed] for seed in gn], 0.5) == 7 and "it takes seven until half" in TEXT
    assert f"In the stronger network it was {with_interval((middle, half), 1)}," in TEXT
    middle, half = paired(*gap(lambda result: result.train_error_by_epoch[-1]))
    assert abs(middle) < half
    first_gn, first_bn = gap(lambda result: result.error_by_epoch[0])
    middle, half = paired(first_gn, first_bn)
    assert middle - half > 5  # batch norm is ahead after the first pass


def test_what_is_said_of_its_time_holds():
    assert round(operations(RECIPES["main"]) / 1e12) == 74 and "are 74 trillion operations" in TEXT
    minutes = [r.result.cpu_s / 60 for r in published("main") if r.result.epochs == 8]
    assert interval(minutes)[0] == pytest.approx(25, abs=1.5)


def test_what_is_said_of_the_costs_holds():
    costs = measured("costs")
    ratios = [row[name] for row in costs["rows"] for name in ("GN", "GN + WS")]
    assert max(abs(ratio - 1) for ratio in ratios) == pytest.approx(0.1)
    kept = costs["kept"]
    assert round(kept["BN"], 2) == round(kept["GN"], 2) == 0.79 and round(kept["GN + WS"] / kept["BN"], 2) == 1.02
    assert "no ratio is further from 1 than 10 per cent" in TEXT and "(0.79 MiB a picture), and 2 per cent more" in TEXT
