"""The record on scanned digits: all runs, its numbers derived anew, and the first updates found again."""

from itertools import product
from pathlib import Path
from statistics import mean, stdev

import pytest
import torch

from gn_edu import digits
from gn_edu.intervals import interval, paired
from gn_edu.records import measured
from scripts import record_digits

RECORD = measured("digits")
ROWS = [(maps, norm, size) for maps in (2, 1) for norm, size in digits.LINES]


def test_every_run_is_there_once_and_says_what_it_was_made_with():
    found = [(run["maps"], run["norm"], run["size"], run["seed"]) for run in RECORD["runs"]]
    assert sorted(found) == sorted((*row, seed) for row, seed in product(ROWS, range(20)))
    assert set(RECORD) == {*"settings device torch sklearn python commit date data runs checks".split()}
    assert len(RECORD["data"]) == 64 and not RECORD["commit"].endswith("+")
    assert RECORD["settings"]["train"] + RECORD["settings"]["test"] == 1797
    for run in digits.digit_runs():
        for error, count in ((run.test_error, 500), (run.training_error, 1297), (run.error_while_training, 40 * 32)):
            wrong = error * count / 100
            assert 0 <= error <= 100 and wrong == pytest.approx(round(wrong), abs=0.002)


@pytest.mark.parametrize("maps, norm, size", ROWS)
def test_the_table_is_the_records(maps, norm, size):
    mine = [run for run in RECORD["runs"] if (run["maps"], run["norm"], run["size"]) == (maps, norm, size)]
    (row,) = [
        line
        for line in digits.lines(maps)
        if line[0].startswith(norm.upper()) and f" {size} " in line[0] and int(line[1]) == size * maps * maps
    ]
    for text, measure in zip(row[2:], ("test_error", "training_error"), strict=True):
        values = [run[measure] for run in mine]
        middle, half = (float(part) for part in text.split(" ± "))
        assert middle == pytest.approx(mean(values), abs=0.0051)
        assert half == pytest.approx(2.093 * stdev(values) / 20**0.5, abs=0.0051)


def test_what_is_said_of_them_holds():
    """With at least four values in a set of the last norm no line is above 2.1 %; with two both norms fail."""
    for maps, norm, size in ROWS:
        middle, half = interval(digits.errors(maps, norm, size).values())
        if size * maps**2 > 2:
            assert middle + half < 2.2, (maps, norm, size)
        else:
            assert middle - half > 40 and mean(digits.errors(maps, norm, size, "training_error").values()) > 40


def test_rows_are_paired_by_seed():
    a, b = digits.errors(1, "bn", 2), digits.errors(2, "bn", 2)
    differences = [a[seed] - b[seed] for seed in range(20)]
    found = paired(a, b)
    assert found == pytest.approx((mean(differences), 2.0930241 * stdev(differences) / 20**0.5))
    backwards = paired(dict(reversed(a.items())), b)
    assert backwards == pytest.approx(found)


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no runs with maps=4, norm='bn', size=2"):
        digits.errors(4, "bn", 2)


@pytest.fixture(scope="module")
def pictures():
    pytest.importorskip("sklearn")
    return record_digits.load_pictures()


def test_the_pictures_are_those_of_the_record(pictures):
    x, y, fingerprint = pictures
    assert fingerprint == RECORD["data"] and x.shape == (1797, 1, 8, 8) and y.bincount().min() > 170


@pytest.mark.parametrize("maps, norm, size", [(2, "bn", 4), (1, "bn", 2), (1, "gn", 4)])
def test_the_first_updates_are_found_again(pictures, maps, norm, size):
    x, y, _ = pictures
    kept = [c["losses"] for c in RECORD["checks"] if (c["maps"], c["norm"], c["size"]) == (maps, norm, size)]
    # Over two values a difference in the last digit grows some tenfold an update, and processors round differently.
    updates = 5 if size * maps**2 == 2 else 20
    assert len(kept[0]) == 20
    found = record_digits.first_losses(x, y, maps, norm, size)
    assert found[:updates] == pytest.approx(kept[0][:updates], abs=1e-6)


@pytest.mark.parametrize("maps", [2, 1])
def test_the_last_norm_sees_such_maps(maps):
    net = record_digits.make_net(maps, "gn", 4, 0)
    seen = []
    for layer in net:
        if isinstance(layer, torch.nn.GroupNorm):
            layer.register_forward_hook(lambda _, inputs, __: seen.append(tuple(inputs[0].shape[2:])))
    net(torch.zeros(1, 1, 8, 8))
    assert seen == [(8, 8), (4, 4), (2, 2), (1, 1)][: 5 - maps]


def test_scikit_learn_is_needed_to_record_alone():
    own = Path(digits.__file__).parent
    assert not [path.name for path in own.rglob("*.py") if "sklearn" in path.read_text(encoding="utf-8")]
