"""gn_edu.nets, train, records and the command: seeded, resumable, recorded whole or not at all."""

import json
import math
import os
import random
import re
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch
from torch import nn

from gn_edu import nets, norms, records, train
from gn_edu.cli import main
from gn_edu.data import synthetic_cifar10
from gn_edu.recipes import RECIPES
from scripts.paths import ROOT

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


def test_killed_three_times_the_weights_are_those_of_an_undisturbed_run(tmp_path):
    """kill -9 at random moments, in processes of their own, on one thread."""
    options = "train --synthetic --recipe resnet --batch 20 --n-train 800 --epochs 12 --weights --quiet".split()
    command = [sys.executable, "-m", "gn_edu.cli", *options, "--out"]

    def run(name):
        return subprocess.Popen(
            [*command, tmp_path / name], env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL
        )

    assert run("whole").wait() == 0
    (record,) = records.read_records(tmp_path / "whole" / "resnet")
    state = (tmp_path / "killed" / "resnet" / record_name(tmp_path / "whole" / "resnet")).with_suffix(".state")
    moments = random.Random()
    for _ in range(3):
        before, process = saved_at(state), run("killed")
        while saved_at(state) == before:  # it has done an epoch, and is in the next
            assert process.poll() is None
            time.sleep(0.005)
        saved, end = saved_at(state), time.monotonic() + moments.uniform(0, 1.5 * record.wall_s / record.epochs)
        while time.monotonic() < end and saved_at(state) == saved:  # another epoch at most: it must not come to its end
            time.sleep(0.005)
        process.kill()
        assert process.wait() == -9
    assert run("killed").wait() == 0
    names = [sorted(p.name for p in (tmp_path / part / "resnet").iterdir()) for part in ("whole", "killed")]
    assert names[0] == names[1] and [name.rsplit(".", 1)[1] for name in names[0]] == ["json", "pt"]
    weights = [torch.load(tmp_path / part / "resnet" / names[0][1], weights_only=True) for part in ("whole", "killed")]
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])


def record_name(folder):
    (path,) = folder.glob("*.json")
    return path.name


def saved_at(path):
    return path.stat().st_mtime_ns if path.exists() else 0


def test_loss_that_is_not_finite_stops_the_run_and_its_record_says_so(pictures, tmp_path):
    record = train.train(replace(SMALL, lr=1e30, norm="none", ws=False), pictures, tmp_path, progress=False)
    assert re.fullmatch(r"the loss is (nan|inf) at step \d+ of epoch 1", record.stopped)
    assert record.error_by_epoch == [] and 0 <= record.accuracy <= 100
    (path,) = tmp_path.iterdir()
    assert records.read_record(path) == record


def test_out_of_memory_names_a_batch_to_try(pictures, tmp_path, monkeypatch):
    def full(self, *args):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(train.Trainer, "step", full)
    with pytest.raises(MemoryError, match="batch=50 .* try batch=25"):
        train.train(SMALL, pictures, tmp_path, progress=False)


def test_a_budget_counts_the_seconds_of_training_and_ends_the_run(pictures, tmp_path):
    config = replace(SMALL, budget=1.5)
    record = train.train(config, pictures, tmp_path, progress=False)
    assert 1.5 <= record.cpu_s < 3 and record.budget == 1.5
    assert record.epochs == len(record.error_by_epoch) == len(record.layers) > 2
    assert record.images > 2 * 200  # more than the epochs of the config


@pytest.fixture
def two_threads():
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


@pytest.mark.parametrize("threads, change", [(1, {}), (1, {"budget": 0.2}), (3, {"threads": 3})])
def test_a_run_takes_its_own_threads_and_leaves_torchs_number_as_it_was(
    pictures, tmp_path, monkeypatch, two_threads, threads, change
):
    seen = set()

    def note(name):
        real = getattr(train, name)
        monkeypatch.setattr(train, name, lambda *args, **kw: (seen.add(torch.get_num_threads()), real(*args, **kw))[1])

    for name in ("build", "augment", "evaluate", "layer_statistics"):
        note(name)
    record = train.train(replace(SMALL, epochs=1, **change), pictures, tmp_path, progress=False)
    assert seen == {threads} and torch.get_num_threads() == 2
    assert record.threads == threads and record.device.endswith(f", {threads} threads")
    (path,) = tmp_path.iterdir()
    assert records.read_record(path) == record and (threads == 1) == ("threads" not in path.stem)


def test_threads_come_back_after_an_error(pictures, monkeypatch, two_threads):
    trainer = train.Trainer(SMALL, pictures)
    monkeypatch.setattr(trainer, "step", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trainer.run_epoch()
    assert torch.get_num_threads() == 2


def test_a_run_that_must_wait_keeps_its_state(pictures, tmp_path):
    assert train.train(SMALL, pictures, tmp_path, progress=False, until=0.0) is None
    assert not list(tmp_path.glob("*.json"))


def test_what_tensorboard_sees_is_the_record(pictures, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    record = train.train(SMALL, pictures, tmp_path, progress=False, track=True)
    (folder,) = (tmp_path / "tensorboard").iterdir()
    events = accumulator.EventAccumulator(str(folder)).Reload()
    seen = [(e.step, e.value) for e in events.Scalars("test error (%)")]
    assert seen == [(k + 1, pytest.approx(e)) for k, e in enumerate(record.error_by_epoch)]


def test_file_name_says_what_differs_from_the_recipe():
    assert replace(RECIPES["resnet"], zero_gamma=True, seed=2).stem == "gn4_ws_b32_lr0.05_e1_zero_gamma-True_s2"


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


def stripes_read_off(x):
    """The label of each picture of stripes, from the wave of all ten directions that fits it best."""
    rows, columns = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    angle, frequency = torch.arange(10) * math.pi / 10, torch.linspace(0.45, 0.8, 12)
    across = columns * angle.cos()[:, None, None] + rows * angle.sin()[:, None, None]
    waves = torch.exp(1j * frequency[:, None, None, None] * across)  # (12, 10, 32, 32)
    grey = x.mean(1) - x.mean((1, 2, 3))[:, None, None]
    return torch.einsum("nhw,fkhw->nfk", grey.to(waves.dtype), waves).abs().amax(1).argmax(1)


@pytest.mark.parametrize("shift", [0, 2, 4])
def test_made_up_pictures_keep_their_labels_in_training(shift):
    data = synthetic_cifar10()
    trainer = train.Trainer(replace(SMALL, batch=500, n_train=2000, shift=shift), data)
    right = [(stripes_read_off(x) == y).float().mean().item() for x, y in trainer.batches()]
    untouched = (stripes_read_off(train.to_input(data.train_images)) == data.train_labels).float().mean().item()
    assert untouched > 0.8 and sum(right) / len(right) > untouched - 0.05


def test_real_pictures_are_mirrored_and_moved_by_the_draws_of_the_recorded_runs(pictures):
    trainer = train.Trainer(SMALL, replace(pictures, fingerprint="stand-in"))
    generator = torch.Generator().manual_seed(1000 * SMALL.seed)
    order = torch.randperm(200, generator=generator)
    for (x, y), index in zip(trainer.batches(), order.split(50), strict=True):
        flips = torch.rand(50, generator=generator) < 0.5
        down, right = torch.randint(0, 5, (2, 50), generator=generator)
        assert torch.equal(y, pictures.train_labels[index]) and 5 < flips.sum() < 45
        for k, i in enumerate(index):
            image = train.to_input(pictures.train_images[i][None])
            image = nn.functional.pad(image.flip(3) if flips[k] else image, (2, 2, 2, 2), mode="reflect")
            assert torch.equal(x[k], image[0, :, down[k] : down[k] + 32, right[k] : right[k] + 32])


@pytest.mark.parametrize(
    "change", [{"n_train": 10**6}, {"batch": 500, "n_train": 0}, {"reestimate": 300, "n_train": 0}]
)
def test_settings_that_do_not_fit_the_data_are_refused(pictures, change):
    with pytest.raises(ValueError, match=next(iter(change))):
        train.Trainer(replace(SMALL, **change), pictures)


@pytest.mark.parametrize(
    "change",
    [
        {"norm_batch": 2}, {"zero_gamma": True}, {"norm": "in"}, {"groups": 2}, {"ws": False}, {"width": 8},
        {"net": "small"},
    ],
    ids=str,
)  # fmt: skip
def test_a_compiled_network_is_used_again_for_its_own_settings_only(pictures, monkeypatch, change):
    monkeypatch.setattr(train.torch, "compile", lambda model: model)
    monkeypatch.setattr(train, "_compiled", {})
    config = replace(RECIPES["resnet"], norm="bn" if "norm_batch" in change else "gn", n_train=64, compile=True)
    first, again, other = (
        train.Trainer(c, pictures) for c in (config, replace(config, seed=1, lr=0.5), replace(config, **change))
    )
    assert again.model is first.model and str(other.model) == str(nets.build(replace(config, **change)))
    torch.testing.assert_close(other.model.state_dict(), nets.build(replace(config, **change)).state_dict())


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
    folders = [p for p in (ROOT / "gn_edu" / "results").iterdir() if p.is_dir()]
    for folder in folders:
        seeds = {}
        for record in records.read_records(folder):
            assert record.experiment == folder.name and record.data != "synthetic"
            settings = (record.norm, record.ws, record.batch, record.epochs * (not record.budget), record.budget)
            seeds.setdefault((*settings, record.groups, record.zero_gamma), set()).add(record.seed)
        least = 1 if folder.name in ("neighbours", "vgg16", "gpu-vgg16") else 3  # shown, not compared
        assert all(len(found) >= least for found in seeds.values()), seeds
    assert folders


def test_the_table_of_recorded_runs_says_their_days():
    lines = re.findall(r"^\| (`.*?/`) \|.*\| (.*?) \|$", (ROOT / "gn_edu/results/README.md").read_text(), re.M)
    said = {name: day for names, day in lines for name in re.findall(r"`([\w-]+)/`", names)}
    for folder in (p.name for p in (ROOT / "gn_edu" / "results").iterdir() if p.is_dir()):
        assert {record.date for record in records.published(folder)} == {said[folder]}


def test_the_first_network_reaches_75_percent_in_240_cpu_seconds():
    runs = [r for r in records.published("first") if r.norm == "gn" and r.ws]
    assert len(runs) >= 3 and sum(r.accuracy for r in runs) / len(runs) >= 75
    assert max(r.cpu_s for r in runs) <= 240


def test_a_record_from_before_threads_were_recorded_ran_on_one():
    path = next((ROOT / "gn_edu" / "results" / "first").glob("*.json"))
    assert "threads" not in json.loads(path.read_text()) and records.read_record(path).threads == 1


def test_broken_records_are_refused_by_name(tmp_path):
    good = json.loads(next((ROOT / "gn_edu" / "results" / "first").glob("*.json")).read_text())
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


@pytest.mark.parametrize(
    "words, said",
    [
        ("train --groups -1", "at least 1, got -1"),
        ("train --groups 0 --recipe fast", "at least 1, got 0"),
        ("train --norm gn --norm-batch 3", "norm_batch is for norm='bn'"),
        ("train --lr 0", "lr must be above 0"),
        ("train --budget nan", "budget must be"),
        ("train --width 20", "divide"),
        ("train --experiment ../elsewhere", "name of a folder"),
        ("sweep {file}", "schedule must be one of"),
        ("sweep {folder}", "directory"),
    ],
)
def test_command_refuses_before_it_reads_or_fetches_anything(tmp_path, capsys, monkeypatch, words, said):
    (tmp_path / "a.toml").write_text('schedule = "step"')
    monkeypatch.delattr("gn_edu.cli.load_cifar10")
    assert main(words.format(file=tmp_path / "a.toml", folder=tmp_path).split()) == 2
    captured = capsys.readouterr().err
    assert captured.startswith("gn-edu: ") and said in captured and captured.count("\n") == 1


def test_command_takes_groups_or_the_size_of_a_group():
    with pytest.raises(SystemExit):
        main("train --recipe fast --groups 4 --group-size 8".split())


def test_command_says_what_is_wrong(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GN_EDU_DATA", str(tmp_path))
    assert main(["train", "--quiet"]) == 2
    assert "data_batch_1.bin is missing" in capsys.readouterr().err


def test_training_needs_no_widgets_downloads_or_plots():
    heavy = "('anywidget', 'ipywidgets', 'pooch', 'matplotlib', 'plotly')"
    code = f"import sys, gn_edu.train; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
