"""gn_edu.nets, training, records and the command: seeded, resumable, recorded whole or not at all."""

import json
import math
import os
import random
import re
import subprocess
import sys
import time
from dataclasses import asdict, fields, replace

import pytest
import torch
from torch import nn

from gn_edu import cli, nets, norms, records
from gn_edu.augment import to_input
from gn_edu.cli import main
from gn_edu.config import ClockConfig, NetConfig
from gn_edu.data import synthetic_cifar10
from gn_edu.recipes import RECIPES, stem
from gn_edu.training import device, loop
from gn_edu.training.clock import Clock
from scripts.paths import ROOT

SMALL = RECIPES["first"].replace(batch=50, lr=0.02, epochs=2, n_train=200)


@pytest.fixture(scope="module")
def pictures():
    return synthetic_cifar10(200, 100)


def test_a_killed_run_goes_on_where_it_stopped(pictures, tmp_path, monkeypatch):
    whole = loop.train(SMALL, pictures, tmp_path / "whole", progress=False)
    real, calls = loop.Trainer.run_epoch, []

    def killed_in_the_second_epoch(self, on_step):
        calls.append(self.epoch)
        if calls == [0, 1]:
            raise KeyboardInterrupt
        real(self, on_step)

    monkeypatch.setattr(loop.Trainer, "run_epoch", killed_in_the_second_epoch)
    with pytest.raises(KeyboardInterrupt):
        loop.train(SMALL, pictures, tmp_path / "killed", progress=False)
    assert [p.suffix for p in (tmp_path / "killed").iterdir()] == [".state"]
    resumed = loop.train(SMALL, pictures, tmp_path / "killed", progress=False)
    assert calls == [0, 1, 1]
    assert resumed.result.error_by_epoch == whole.result.error_by_epoch
    assert [p.suffix for p in (tmp_path / "killed").iterdir()] == [".json"]
    assert loop.train(SMALL, pictures, tmp_path / "killed", progress=False) == resumed  # not run again


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
        saved, end = (
            saved_at(state),
            time.monotonic() + moments.uniform(0, 1.5 * record.result.wall_s / record.result.epochs),
        )
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
    record = loop.train(SMALL.replace(lr=1e30, norm="none", ws=False), pictures, tmp_path, progress=False)
    assert re.fullmatch(r"the loss is (nan|inf) at step \d+ of epoch 1", record.result.stopped)
    assert record.result.error_by_epoch == [] and 0 <= record.result.accuracy <= 100
    (path,) = tmp_path.iterdir()
    assert records.read_record(path) == record


def test_out_of_memory_names_a_batch_to_try(pictures, tmp_path, monkeypatch):
    def full(self, *args):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(loop.Trainer, "step", full)
    with pytest.raises(MemoryError, match="batch=50 .* try batch=25"):
        loop.train(SMALL, pictures, tmp_path, progress=False)


def test_a_budget_counts_the_seconds_of_training_and_ends_the_run(pictures, tmp_path):
    config = SMALL.replace(budget=1.5)
    record = loop.train(config, pictures, tmp_path, progress=False)
    result = record.result
    assert 1.5 <= result.cpu_s < 3 and record.config == config
    assert result.epochs == len(result.error_by_epoch) == len(result.layers) > 2
    assert result.images > 2 * 200  # more than the epochs of the config


class Hands:
    """A clock whose hands a test moves."""

    cpu = wall = 0.0

    def process_time(self):
        return self.cpu

    def perf_counter(self):
        return self.wall


@pytest.mark.parametrize("kind, counted", [("cpu", 3.0), ("mps", 3.0), ("cuda", 30.0)])
def test_a_budget_is_spent_in_cpu_seconds_and_on_a_gpu_in_those_on_the_wall(monkeypatch, kind, counted):
    hands, waited = Hands(), []
    monkeypatch.setattr("gn_edu.training.clock.time", hands)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: waited.append(True))
    clock = Clock(ClockConfig(budget=60.0), torch.device(kind), steps=4)
    hands.cpu, hands.wall = 100.0, 1000.0
    for _ in range(2):
        with clock.running():
            before = clock.elapsed()
            hands.cpu, hands.wall = hands.cpu + 3, hands.wall + 30
            assert clock.elapsed() == before + counted and clock.share(0, 0) == (before + counted) / 60
        hands.cpu, hands.wall = hands.cpu + 7, hands.wall + 70  # a test of the network: it does not count
    assert (clock.cpu_s, clock.wall_s, clock.elapsed()) == (6, 60, 2 * counted)
    assert clock.finished(0) == (kind == "cuda") and len(waited) == 2 * (kind == "cuda")


def test_without_a_budget_the_clock_counts_steps():
    clock = Clock(ClockConfig(epochs=2), torch.device("cpu"), steps=4)
    assert [clock.share(epoch, step) for epoch in (0, 1) for step in range(4)] == [(k + 0.5) / 8 for k in range(8)]
    assert [clock.finished(epoch) for epoch in range(4)] == [False, False, True, True]
    assert clock.in_all(batch=50) == 400 and Clock(ClockConfig(budget=1.0), torch.device("cpu"), 4).in_all(50) is None


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
        real = getattr(loop, name)
        monkeypatch.setattr(loop, name, lambda *args, **kw: (seen.add(torch.get_num_threads()), real(*args, **kw))[1])

    for name in ("build", "augment", "measure", "layer_statistics"):
        note(name)
    record = loop.train(SMALL.replace(epochs=1, **change), pictures, tmp_path, progress=False)
    assert seen == {threads} and torch.get_num_threads() == 2
    assert record.config.compute.threads == threads and record.provenance.device.endswith(f", {threads} threads")
    (path,) = tmp_path.iterdir()
    assert records.read_record(path) == record and (threads == 1) == ("threads" not in path.stem)


def test_threads_come_back_after_an_error(pictures, monkeypatch, two_threads):
    trainer = loop.Trainer(SMALL, pictures)
    monkeypatch.setattr(trainer, "step", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trainer.run_epoch()
    assert torch.get_num_threads() == 2


def test_a_run_that_must_wait_keeps_its_state(pictures, tmp_path):
    assert loop.train(SMALL, pictures, tmp_path, progress=False, until=0.0) is None
    assert not list(tmp_path.glob("*.json"))


def test_what_tensorboard_sees_is_the_record(pictures, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    record = loop.train(SMALL, pictures, tmp_path, progress=False, track=True)
    (folder,) = (tmp_path / "tensorboard").iterdir()
    events = accumulator.EventAccumulator(str(folder)).Reload()
    seen = [(e.step, e.value) for e in events.Scalars("test error (%)")]
    assert seen == [(k + 1, pytest.approx(e)) for k, e in enumerate(record.result.error_by_epoch)]


def test_state_of_another_run_is_refused(pictures, tmp_path):
    trainer = loop.Trainer(SMALL, pictures)
    trainer.save(tmp_path / "a.state")
    other = loop.Trainer(SMALL.replace(lr=0.1), pictures)
    with pytest.raises(ValueError, match="other settings or data"):
        other.resume(tmp_path / "a.state")


def test_batches_depend_on_seed_and_epoch_alone(pictures):
    first = [x.sum().item() for x, _ in loop.Trainer(SMALL, pictures).batches()]
    again = loop.Trainer(SMALL, pictures)
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
    trainer = loop.Trainer(SMALL.replace(batch=500, n_train=2000, shift=shift), data)
    right = [(stripes_read_off(x) == y).float().mean().item() for x, y in trainer.batches()]
    untouched = (stripes_read_off(to_input(data.train_images)) == data.train_labels).float().mean().item()
    assert untouched > 0.8 and sum(right) / len(right) > untouched - 0.05


def test_real_pictures_are_mirrored_and_moved_by_the_draws_of_the_recorded_runs(pictures):
    trainer = loop.Trainer(SMALL, replace(pictures, fingerprint="stand-in"))
    generator = torch.Generator().manual_seed(1000 * SMALL.seed)
    order = torch.randperm(200, generator=generator)
    for (x, y), index in zip(trainer.batches(), order.split(50), strict=True):
        flips = torch.rand(50, generator=generator) < 0.5
        down, right = torch.randint(0, 5, (2, 50), generator=generator)
        assert torch.equal(y, pictures.train_labels[index]) and 5 < flips.sum() < 45
        for k, i in enumerate(index):
            image = to_input(pictures.train_images[i][None])
            image = nn.functional.pad(image.flip(3) if flips[k] else image, (2, 2, 2, 2), mode="reflect")
            assert torch.equal(x[k], image[0, :, down[k] : down[k] + 32, right[k] : right[k] + 32])


@pytest.mark.parametrize(
    "change", [{"n_train": 10**6}, {"batch": 500, "n_train": 0}, {"reestimate": 300, "n_train": 0}]
)
def test_settings_that_do_not_fit_the_data_are_refused(pictures, change):
    with pytest.raises(ValueError, match=next(iter(change))):
        loop.Trainer(SMALL.replace(**change), pictures)


TINY = dict(width=8, groups=4, batch=32, n_train=64, compile=True)
RESNET, MAIN = (RECIPES[name].replace(look_back=0, **TINY) for name in ("resnet", "main"))
ANOTHER_NETWORK = {
    "net": (RESNET, "small"),
    "norm": (RESNET, "in"),
    "groups": (RESNET, 2),
    "group_size": (MAIN, 8),
    "ws": (RESNET, False),
    "width": (RESNET, 16),
    "zero_gamma": (RESNET, True),
    "norm_batch": (RESNET.replace(norm="bn"), 2),
    "frozen_after": (RESNET.replace(norm="bn"), 0.5),
    "stages": (RESNET, 3),
}


@pytest.mark.parametrize("name", [field.name for field in fields(NetConfig)])
def test_a_compiled_network_is_used_again_for_its_own_settings_only(pictures, monkeypatch, name):
    monkeypatch.setattr(torch, "compile", lambda model: model)
    monkeypatch.setattr(device, "_compiled", {})
    config, value = ANOTHER_NETWORK[name]
    changed = config.replace(**{name: value})
    first, again, other = (loop.Trainer(c, pictures) for c in (config, config.replace(seed=1, lr=0.5), changed))
    fresh = loop.Trainer(changed.replace(compile=False), pictures).model
    assert again.model is first.model and other.model is not first.model and str(other.model) == str(fresh)
    torch.testing.assert_close(other.model.state_dict(), fresh.state_dict())


def test_a_compiled_network_is_used_again_in_its_own_precision_only(pictures, monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda model: model)
    monkeypatch.setattr(device, "_compiled", {})
    half, whole = (loop.Trainer(RESNET.replace(precision=p), pictures) for p in ("bfloat16", "float32"))
    assert half.model is not whole.model


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


def folders():
    return [path for path in (ROOT / "gn_edu" / "results").iterdir() if path.is_dir()]


def test_every_record_fits_the_schema_and_comes_with_three_seeds():
    for folder in folders():
        seeds = {}
        for record in records.read_records(folder):
            config = record.config
            assert config.experiment == folder.name and record.provenance.data != "synthetic"
            seeds.setdefault(config.replace(seed=0), set()).add(config.seed)
        least = (
            1 if folder.name in ("neighbours", "gpu-vgg16", "main_rates", "full_width") else 3
        )  # shown, or chosen by
        assert all(len(found) >= least for found in seeds.values()), seeds
    assert folders()


def test_every_record_reads_back_as_it_is_written_under_the_name_of_its_settings(tmp_path):
    for path in (path for folder in folders() for path in folder.glob("*.json")):
        record, stored = records.read_record(path), json.loads(path.read_text())
        records.write_record(record, tmp_path / "again.json")
        assert records.read_record(tmp_path / "again.json") == record and stem(record.config) == path.stem
        # A setting that came later is not stored, and has its default.
        assert leaves(stored) == {key: value for key, value in leaves(asdict(record)).items() if key in leaves(stored)}


def leaves(tree: dict, above: str = "") -> dict:
    """Every value of nested dictionaries, by its keys."""
    found = {}
    for key, value in tree.items():
        found |= leaves(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return found


BN_GN = [(norm, ws) for norm in ("bn", "gn") for ws in (False, True)]
# What the commands in the table of recorded runs ask for; the sweeps are in tests/test_sweep.py.
ASKED = {
    "first": [f"--norm {norm} --{'' if ws else 'no-'}ws" for norm, ws in BN_GN],
    "neighbours": [f"--recipe neighbours --norm {norm}" for norm in ("bn", "gn")],
    "full_width": [
        "--recipe speedrun --norm bn --no-ws --no-compile --precision float32 --look-back 5000 --experiment full_width"
    ],
    "resnet": [f"--recipe resnet --batch 128 --lr 0.2 --epochs 3 {zero}" for zero in ("", "--zero-gamma")],
}


@pytest.mark.parametrize("name", ASKED)
def test_records_hold_the_settings_that_their_command_gives(name):
    asked = {cli.parse(f"train {options} --n-train 50000".split()).config() for options in ASKED[name]}
    assert {record.config.replace(seed=0) for record in records.published(name)} == asked


def test_the_table_of_recorded_runs_says_their_days():
    lines = re.findall(r"^\| (`.*?/`) \|.*\| (.*?) \|$", (ROOT / "gn_edu/results/README.md").read_text(), re.M)
    said = {name: day for names, day in lines for name in re.findall(r"`([\w-]+)/`", names)}
    for folder in (p.name for p in (ROOT / "gn_edu" / "results").iterdir() if p.is_dir()):
        assert {record.provenance.date for record in records.published(folder)} == {said[folder]}


def test_the_first_network_reaches_75_percent_in_240_cpu_seconds():
    networks = [r for r in records.published("first") if r.config.network == RECIPES["first"].network]
    results = [record.result for record in networks]
    assert len(results) >= 3 and sum(r.accuracy for r in results) / len(results) >= 75
    assert max(r.cpu_s for r in results) <= 240


BROKEN = [
    ("result", {"accuracy": "77"}, "result.accuracy must be float, got '77'"),
    ("result", {"accuracy": 177}, "accuracy must lie between 0 and 100 percent, got 177"),
    ("result", {"error_by_epoch": [30.0, "29", 28.0]}, "result.error_by_epoch"),
    ("result", {"stopped": 3}, "result.stopped"),
    ("provenance", {"date": None}, "provenance.date must be str, got None"),
    ("config", {"seed": True}, "config.seed must be int, got True"),
    ("config", {"seed": -1}, "seed must be at least 0"),
    ("config", {"extra": 1}, "config: extra fields found (extra)"),
    ("config", {"clock": {"epochs": 5, "budget": 0.0}}, "5 epochs but 3 entries in error_by_epoch"),
    ("config", {"clock": {"epochs": 5, "budget": 0.0, "hours": 1}}, "config.clock: extra fields found (hours)"),
    ("config", {"clock": {"epochs": 2.5, "budget": 0.0}}, "config.clock.epochs must be int, got 2.5"),
]


@pytest.mark.parametrize("part, change, said", BROKEN, ids=str)
def test_broken_records_are_refused_by_name(tmp_path, part, change, said):
    good = json.loads(next((ROOT / "gn_edu" / "results" / "first").glob("*.json")).read_text())
    (tmp_path / "bad.json").write_text(json.dumps(good | {part: good[part] | change}))
    with pytest.raises(ValueError, match=rf"bad\.json is not a run record: .*{re.escape(said)}"):
        records.read_record(tmp_path / "bad.json")


def test_what_is_no_record_is_refused_by_name(tmp_path):
    for text in ("{", "{}", "[]"):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(ValueError, match=r"bad\.json is not a run record: "):
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
    assert records.read_records(tmp_path / "first")[0].provenance.data == "synthetic"


@pytest.mark.parametrize(
    "words, said",
    [
        ("train --groups -1", "at least 1, got -1"),
        ("train --groups 0 --recipe main", "at least 1, got 0"),
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
    monkeypatch.delattr("gn_edu.data.load_cifar10")
    assert main(words.format(file=tmp_path / "a.toml", folder=tmp_path).split()) == 2
    captured = capsys.readouterr().err
    assert captured.startswith("gn-edu: ") and said in captured and captured.count("\n") == 1


def test_command_takes_groups_or_the_size_of_a_group():
    with pytest.raises(SystemExit):
        main("train --recipe main --groups 4 --group-size 8".split())


def test_command_says_what_is_wrong(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GN_EDU_DATA", str(tmp_path))
    assert main(["train", "--quiet"]) == 2
    assert "data_batch_1.bin is missing" in capsys.readouterr().err


def test_training_needs_no_widgets_downloads_or_plots():
    heavy = "('anywidget', 'ipywidgets', 'pooch', 'matplotlib', 'plotly')"
    code = f"import sys, gn_edu.training.loop; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
