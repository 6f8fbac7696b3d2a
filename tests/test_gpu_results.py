"""The GPU runs at a size for a CPU: every command runs, none runs twice, torch and numpy are enough."""

import subprocess
import sys

import pytest

from gn_edu import gpu_results, records
from gn_edu.data import synthetic_cifar10
from gn_edu.training import speedrun
from gn_edu.training.sweep import read_sweep
from scripts.paths import ROOT

ALONE = """
import sys
sys.modules |= dict.fromkeys(sys.argv[1].split(","))  # None: not at hand
from gn_edu.gpu_results import main
sys.exit(main(["--tiny", "--out", sys.argv[2]]))
"""
OTHERS = "cattrs,attrs,attr,tyro,docstring_parser,typeguard," + (
    "tqdm,pooch,matplotlib,plotly,anywidget,ipywidgets,traitlets,IPython,tensorboard"
)


def run_alone(out):
    command = [sys.executable, "-c", ALONE, OTHERS, out]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_every_experiment_runs_with_torch_and_numpy_alone_and_once(tmp_path):
    first = run_alone(tmp_path)
    for experiment in gpu_results.EXPERIMENTS:
        assert f"{experiment.name} ({experiment.shows}): none of" in first
        found = records.read_records(tmp_path / experiment.name)
        assert {r.config.network.norm for r in found} == {run.network.norm for run in experiment.runs}
    path = next((tmp_path / "gpu-vgg16").glob("*.json"))
    path.unlink()
    again = run_alone(tmp_path).splitlines()
    assert [line for line in again if "missing" not in line] == [again[0]] and path.stem in again[0]


def test_when_time_is_up_it_says_what_is_missing(tmp_path, capsys):
    assert gpu_results.main(["--tiny", "--out", str(tmp_path), "--seconds", "-1"]) == 0
    assert capsys.readouterr().out.count(" missing") == len(gpu_results.EXPERIMENTS)
    assert not list(tmp_path.rglob("*.json"))


def test_without_a_gpu_it_says_so(capsys):
    if gpu_results.choose_device().type == "cuda":
        pytest.skip("there is a GPU here")
    assert gpu_results.main([]) == 2 and "no CUDA GPU" in capsys.readouterr().err


def test_the_pair_takes_turns_and_is_summed_up(tmp_path):
    data = synthetic_cifar10(60, 40)
    tiny = [
        c.replace(batch=20, width=8, group_size=2, epochs=e, compile=False)
        for c, e in zip(speedrun.PAIR, (1, 2), strict=True)
    ]
    found = speedrun.speedrun(data, tmp_path, runs=2, pair=tiny, progress=False)
    assert [(r.config.network.norm, r.config.seed) for r in found] == [("bn", 0), ("gn", 0), ("bn", 1), ("gn", 1)]
    with pytest.raises(ValueError, match="runs must be at least 1, got 0"):
        speedrun.speedrun(data, tmp_path, runs=0, pair=tiny)
    lines = speedrun.summary(found)
    assert [(line["norm"], line["runs"]) for line in lines] == [("bn", 2), ("gn", 2)]
    assert lines[0]["ratio"] == 1 and lines[1]["accuracy"] == sum(r.result.accuracy for r in found[1::2]) / 2


def test_the_small_batch_on_a_gpu_is_its_sweep_file_at_the_own_widths():
    """A machine with torch and numpy alone cannot read the file, so the runs stand in the code, too."""
    (named,) = (e for e in gpu_results.EXPERIMENTS if e.name == "gpu-small-batch")
    asked = read_sweep(ROOT / "gn_edu" / "results" / "small_batch.toml")
    wide = {run.replace(experiment=named.name, width=64, precision="auto") for run in asked}
    assert set(named.runs) == wide
