"""gn_edu.training.sweep and ghost batch norm: what a file means, what a kill leaves, what a slice sees."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import update_bn

from gn_edu import nets, records
from gn_edu.cli import main
from gn_edu.recipes import RECIPES, stem
from gn_edu.training.sweep import read_sweep, shard, sweep
from scripts.paths import ROOT

SMALL = """
experiment = "tiny"
recipe = "resnet"
n_train = 160
batch = 16
seed = [0, 1]
[[runs]]
norm = "bn"
ws = false
norm_batch = [2, 16]
[[runs]]
norm = "gn"
ws = [true, false]
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(SMALL)
    return path


def test_lists_stand_for_all_combinations_seeds_innermost(small):
    runs = read_sweep(small)
    assert [(r.network.norm, r.network.ws, r.network.norm_batch, r.seed) for r in runs] == [
        (norm, ws, slices, seed)
        for norm, ws, slices in (("bn", False, 2), ("bn", False, 16), ("gn", True, 0), ("gn", False, 0))
        for seed in (0, 1)
    ]
    shared = {(r.experiment, r.network.net, r.data.batch, r.data.n_train) for r in runs}
    assert shared == {("tiny", "resnet", 16, 160)}
    assert len({stem(r) for r in runs}) == len(runs)


def test_linear_rule_follows_the_batch(tmp_path):
    (tmp_path / "a.toml").write_text("linear_rule = true\nbatch = [2, 32]")
    two, thirty_two = read_sweep(tmp_path / "a.toml")
    assert thirty_two.optim == RECIPES["resnet"].optim
    assert two.optim.lr == pytest.approx(thirty_two.optim.lr / 16)
    assert two.experiment == "a"


@pytest.mark.parametrize(
    "text, said",
    [
        ("norm = ", "is not a sweep file"),
        ('recipe = "resnext"', "recipe must be one of"),
        ('normm = "bn"', "there is no setting 'normm'"),
        ('batch = "32"', "batch must be int, got '32'"),
        ("ws = 1", "ws must be bool, got 1"),
        ('schedule = ["linear", "step"]', "schedule must be one of linear, cosine, constant; got 'step'"),
        ("batch = [[2]]", "batch must be int"),
        ('recipe = ["resnet"]', "recipe must be one of"),
        ('[[runs]]\nrecipe = "main"', "there is no setting 'recipe'"),
        ("experiment = 3", "experiment must be str, got 3"),
        ('linear_rule = "no"', "linear_rule must be bool, got 'no'"),
        ("[runs]\nbatch = 2", r"runs must be tables, each under a line \[\[runs\]\]"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path, text, said):
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(ValueError, match=rf"a\.toml.* {said}"):
        read_sweep(tmp_path / "a.toml")


def test_shards_share_out_the_runs(small):
    runs = read_sweep(small)
    parts = [shard(runs, f"{i}/3") for i in (1, 2, 3)]
    assert Counter(run for part in parts for run in part) == Counter(runs)
    for wrong in ("0/3", "4/3", "2", "a/b"):
        with pytest.raises(ValueError, match="a shard is"):
            shard(runs, wrong)


def test_records_of_shards_merge_in_one_folder(small, tmp_path):
    for part in ("1/2", "2/2"):
        assert main(["sweep", str(small), "--shard", part, "--out", str(tmp_path / "out"), "--synthetic"]) == 0
    configs = [record.config for record in records.read_records(tmp_path / "out" / "tiny")]
    ghosts = {(c.network.norm_batch, c.seed) for c in configs if c.network.norm == "bn"}
    assert ghosts == {(2, 0), (2, 1), (16, 0), (16, 1)}


def test_killed_three_times_a_sweep_ends_like_an_undisturbed_one(small, tmp_path):
    command = [sys.executable, "-m", "gn_edu.cli", "sweep", small, "--synthetic", "--quiet", "--out"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}

    def run(name):
        return subprocess.Popen([*command, tmp_path / name], env=environment, stdout=subprocess.DEVNULL)

    assert run("whole").wait() == 0
    whole = records.read_records(tmp_path / "whole" / "tiny")
    each = sum(r.result.wall_s for r in whole) / len(whole) + 0.3
    folder, moments = tmp_path / "killed" / "tiny", random.Random()
    for _ in range(3):
        before, process = len(list(folder.glob("*.json"))), run("killed")
        while len(list(folder.glob("*.json"))) <= before:
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(moments.uniform(0, each))
        process.kill()
        process.wait()
    assert run("killed").wait() == 0
    killed = records.read_records(folder)
    assert [unhurried(r) for r in killed] == [unhurried(r) for r in whole]
    assert {p.suffix for p in folder.iterdir()} == {".json"}


def unhurried(record):
    """A record without its times and its memory."""
    result = replace(record.result, cpu_s=0.0, wall_s=0.0, images_per_s=0.0, test_cpu_s=0.0, peak_memory_mb=None)
    return replace(record, result=result, provenance=replace(record.provenance, date="", commit=""))


@pytest.mark.parametrize(
    "name",
    ["ghost", "equal_epochs", "choice_of_g", "last_stage", "rates", "longer", "main_rates", "small_batch", "main"],
)
def test_a_sweep_of_the_book_is_recorded_whole(name):
    """Whole, or not at all yet."""
    runs = read_sweep(ROOT / "gn_edu" / "results" / f"{name}.toml")
    if not (ROOT / "gn_edu" / "results" / name).exists():
        return
    recorded = {path.stem: records.read_record(path).config for path in (ROOT / "gn_edu/results" / name).glob("*.json")}
    assert recorded == {stem(run): run for run in runs}


# ---- ghost batch norm


@pytest.mark.parametrize("slices", [1, 2, 4, 8])
def test_ghost_batch_norm_is_batch_norm_slice_by_slice(slices):
    torch.manual_seed(0)
    x = torch.randn(8, 3, 4, 5, dtype=torch.float64)
    ghost = nets.GhostBatchNorm2d(3, 8 // slices).double()
    nn.init.normal_(ghost.weight)
    nn.init.normal_(ghost.bias)
    want = [F.batch_norm(part, None, None, ghost.weight, ghost.bias, True) for part in x.chunk(slices)]
    torch.testing.assert_close(ghost(x), torch.cat(want))
    torch.testing.assert_close(ghost.running_mean, 0.1 * x.mean((0, 2, 3)))
    variance = torch.stack([part.var((0, 2, 3)) for part in x.chunk(slices)]).mean(0)
    torch.testing.assert_close(ghost.running_var, 0.9 + 0.1 * variance)
    plain = nn.BatchNorm2d(3).double()
    plain.load_state_dict(ghost.state_dict())
    torch.testing.assert_close(ghost.eval()(x), plain.eval()(x))


def both(norm_batch):
    """A ghost batch norm, and batch norm that is given its slices of `norm_batch` images by hand."""
    return nets.GhostBatchNorm2d(3, norm_batch).double(), nn.BatchNorm2d(3).double()


@pytest.mark.parametrize("norm_batch", [2, 4, 8])
def test_statistics_of_a_ghost_can_be_estimated_anew(norm_batch):
    torch.manual_seed(0)
    data = torch.randn(3, 8, 3, 4, 5, dtype=torch.float64) * 3 + 1
    ghost, plain = both(norm_batch)
    ghost(data[0])
    update_bn(data, nn.Sequential(ghost))
    update_bn(data.unflatten(1, (-1, norm_batch)).flatten(0, 1), nn.Sequential(plain))
    torch.testing.assert_close(ghost.running_mean, plain.running_mean)
    torch.testing.assert_close(ghost.running_var, plain.running_var)
    assert ghost.num_batches_tracked == len(data)
    assert ghost.momentum == 0.1


@pytest.mark.parametrize(
    "change",
    [
        {"track_running_stats": False},
        {"running_mean": None, "running_var": None},
        {"running_mean": None, "running_var": None, "num_batches_tracked": None},
        {"num_batches_tracked": None},
        {"momentum": None},
        {"bias": None},
    ],
)
def test_a_ghost_changes_as_batch_norm_does(change):
    """Slices that hold the same images: a ghost leaves what batch norm leaves that saw one of them."""
    torch.manual_seed(0)
    slice_ = torch.randn(2, 3, 4, 5, dtype=torch.float64)
    ghost, plain = both(2)
    for _ in range(2):
        torch.testing.assert_close(ghost(slice_.repeat(4, 1, 1, 1))[:2], plain(slice_))
        for layer in (ghost, plain):
            for name, value in change.items():
                setattr(layer, name, value)
    torch.testing.assert_close(dict(ghost.state_dict()), dict(plain.state_dict()))
    torch.testing.assert_close(ghost.eval()(slice_), plain.eval()(slice_))


def test_a_ghost_gives_back_an_empty_batch():
    ghost, plain = both(4)
    empty = torch.empty(0, 3, 4, 5, dtype=torch.float64)
    assert ghost(empty).shape == plain(empty).shape == empty.shape
    assert ghost.eval()(empty).shape == empty.shape
    torch.testing.assert_close(dict(ghost.state_dict()), dict(plain.state_dict()))


def test_ghost_batch_norm_refuses_what_it_cannot_slice():
    with pytest.raises(ValueError, match="norm_batch=0 must divide the batch; got 8"):
        nets.GhostBatchNorm2d(3, 0)(torch.randn(8, 3, 2, 2))
    with pytest.raises(ValueError, match="axis 1 of input must hold 3 channels"):
        nets.GhostBatchNorm2d(3, 4)(torch.randn(8, 2, 2, 2))
    with pytest.raises(ValueError, match="expected 4D input"):
        nets.GhostBatchNorm2d(3, 4)(torch.randn(8, 3, 2))
    with pytest.raises(ValueError, match="norm_batch=3 must divide the batch; got 8"):
        nets.GhostBatchNorm2d(3, 3)(torch.randn(8, 3, 2, 2))


def test_reestimated_statistics_are_the_plain_average(tmp_path):
    from gn_edu.data import synthetic_cifar10

    data = synthetic_cifar10(160, 40)
    run = RECIPES["resnet"].replace(norm="bn", ws=False, batch=16, n_train=160, reestimate=64)
    bn, gn = sweep([run, run.replace(norm="gn")], data, tmp_path, progress=False)
    assert 0 <= bn.result.accuracy_reestimated <= 100 and gn.result.accuracy_reestimated is None
