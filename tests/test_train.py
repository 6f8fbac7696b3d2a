"""gn_edu.nets, train, records and the command: seeded, resumable, recorded whole or not at all."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from torch import nn

from gn_edu import nets, norms, records, train
from gn_edu.cli import main
from gn_edu.data import synthetic_cifar10

ROOT = Path(__file__).parents[1]
SMALL = train.TrainConfig(batch=50, lr=0.02, epochs=2, n_train=200)


@pytest.fixture(scope="module")
def pictures():
    return synthetic_cifar10(200, 100)


def test_a_killed_run_goes_on_where_it_stopped(pictures, tmp_path, monkeypatch):
    whole = train.train(SMALL, pictures, tmp_path / "whole", progress=False)
    real, calls = train.Trainer.run_epoch, []

    def killed_in_the_second_epoch(self, on_step):
        calls.append(self.epoch)
        if calls == [0, 1]:
            raise KeyboardInterrupt
        real(self, on_step)

    monkeypatch.setattr(train.Trainer, "run_epoch", killed_in_the_second_epoch)
    with pytest.raises(KeyboardInterrupt):
        train.train(SMALL, pictures, tmp_path / "killed", progress=False)
    assert [p.suffix for p in (tmp_path / "killed").iterdir()] == [".state"]
    resumed = train.train(SMALL, pictures, tmp_path / "killed", progress=False)
    assert calls == [0, 1, 1]
    assert resumed.error_by_epoch == whole.error_by_epoch
    assert [p.suffix for p in (tmp_path / "killed").iterdir()] == [".json"]
    assert train.train(SMALL, pictures, tmp_path / "killed", progress=False) == resumed  # not run again


def test_state_of_another_run_is_refused(pictures, tmp_path):
    trainer = train.Trainer(SMALL, pictures)
    trainer.save(tmp_path / "a.state")
    other = train.Trainer(train.TrainConfig(batch=50, lr=0.1, epochs=2, n_train=200), pictures)
    with pytest.raises(ValueError, match="other settings or data"):
        other.resume(tmp_path / "a.state")


def test_batches_depend_on_seed_and_epoch_alone(pictures):
    first = [x.sum().item() for x, _ in train.Trainer(SMALL, pictures).batches()]
    again = train.Trainer(SMALL, pictures)
    assert [x.sum().item() for x, _ in again.batches()] == first
    again.epoch = 1
    assert [x.sum().item() for x, _ in again.batches()] != first


def test_learning_rate_rises_then_falls_to_zero():
    rates = [train.learning_rate(k, 100, 0.5) for k in range(100)]
    assert max(rates) <= 0.5 + 1e-9 and rates.index(max(rates)) in (19, 20)
    assert rates[0] == pytest.approx(0.025) and rates[-1] < 0.01


@pytest.mark.parametrize("change", [{"n_train": 10**6}, {"batch": 0}, {"batch": 500}, {"epochs": 0}])
def test_settings_that_cannot_run_are_refused(pictures, change):
    with pytest.raises(ValueError, match=next(iter(change))):
        train.Trainer(train.TrainConfig(**{**asdict(SMALL), **change}), pictures)


def test_network_has_the_norm_it_was_asked_for():
    for norm, kind in (("bn", nn.BatchNorm2d), ("gn", nn.GroupNorm), ("ln", nn.GroupNorm), ("in", nn.GroupNorm)):
        net = nets.seeded(0, norm, 16, ws=False)
        assert sum(isinstance(m, kind) for m in net.modules()) == 6
        assert len(list(net.buffers())) == (18 if norm == "bn" else 0)
    with pytest.raises(ValueError, match="norm must be one of"):
        nets.norm_layer("xx", 8, 2)


def test_weight_standardization_makes_filters_of_mean_zero():
    conv = nets.Conv3x3(8, 4, ws=True).double()
    y = conv(torch.ones(1, 8, 5, 5, dtype=torch.float64))
    assert y[..., 1:-1, 1:-1].abs().max() < 1e-6  # a constant picture vanishes where the filter lies inside


def test_ours_in_the_network_gives_the_same_gradients():
    x = torch.randn(4, 3, 32, 32)
    grads = []
    for make in (nn.GroupNorm, norms.GroupNorm):
        net = nets.replace_norm(nets.seeded(0, "gn", 16, ws=True), make)
        net(x).square().mean().backward()
        grads.append([p.grad for p in net.parameters()])
    for a, b in zip(*grads, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


# ---- records


def test_every_record_fits_the_schema_and_comes_with_three_seeds():
    folders = [p for p in (ROOT / "results").iterdir() if p.is_dir()]
    for folder in folders:
        seeds = {}
        for record in records.read_records(folder):
            assert record.experiment == folder.name and record.data != "synthetic"
            seeds.setdefault((record.norm, record.groups, record.ws, record.batch), set()).add(record.seed)
        least = 1 if folder.name == "neighbours" else 3  # a demonstration, not a comparison of accuracies
        assert all(len(found) >= least for found in seeds.values()), seeds
    assert folders


def test_the_first_network_reaches_75_percent_in_240_cpu_seconds():
    runs = [r for r in records.published("first") if r.norm == "gn" and r.ws]
    assert len(runs) >= 3 and sum(r.accuracy for r in runs) / len(runs) >= 75
    assert max(r.cpu_s for r in runs) <= 240


def test_broken_records_are_refused_by_name(tmp_path):
    good = json.loads(next((ROOT / "results" / "first").glob("*.json")).read_text())
    for change in ({"accuracy": "77"}, {"accuracy": 177}, {"epochs": 5}, {"extra": 1}, {"seed": True}):
        (tmp_path / "bad.json").write_text(json.dumps(good | change))
        with pytest.raises(ValueError, match=r"bad\.json is not a run record"):
            records.read_record(tmp_path / "bad.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ValueError, match=r"bad\.json"):
        records.read_record(tmp_path / "bad.json")
    with pytest.raises(FileNotFoundError, match="no run records"):
        records.read_records(tmp_path / "none")


def test_a_record_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    record = records.published("first")[0]
    records.write_record(record, tmp_path / "a.json")
    assert records.read_record(tmp_path / "a.json") == record
    monkeypatch.setattr(records.os, "replace", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        records.write_record(record, tmp_path / "b.json")
    assert not (tmp_path / "b.json").exists()


# ---- the command


def test_command_trains_and_writes_a_record(tmp_path, capsys):
    words = "train --synthetic --quiet --epochs 1 --batch 50 --n-train 200 --lr 0.02 --out".split()
    assert main([*words, str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("test accuracy ")
    assert records.read_records(tmp_path / "first")[0].data == "synthetic"


def test_command_says_what_is_wrong(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GN_EDU_DATA", str(tmp_path))
    assert main(["train", "--quiet"]) == 2
    assert "data_batch_1.bin is missing" in capsys.readouterr().err


def test_training_needs_no_widgets_downloads_or_plots():
    heavy = "('anywidget', 'ipywidgets', 'pooch', 'matplotlib', 'plotly')"
    code = f"import sys, gn_edu.train; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
