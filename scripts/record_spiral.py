"""The runs behind the widget train_it, many seeds each: python -m scripts.record_spiral [--torch]

Writes gn_edu/results/spiral.json. The page's own arithmetic makes the runs, in node. With --torch, torch trains the
same networks in float32 from the same weights with the same draws, and the record gets its errors beside the page's;
that takes some minutes. Both say what part of the points is named wrong, in %.
"""

import argparse
import hashlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import nn

from gn_edu.training.provenance import processor, provenance
from gn_edu_site.node import node_path
from scripts.paths import ROOT

TARGET = ROOT / "gn_edu" / "results" / "spiral.json"
SEEDS = range(1, 21)
WIDTHS = [2, 32, 32, 2]
THIN = [2, *[8] * 8, 2]  # eight layers with a norm
RATE, UPDATES = 0.03, 800
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
LENGTHS = (800, 3200, 12_800)
NONE = {"kind": "none"}


def bn(over: int) -> dict:
    return {"kind": "bn", "over": over}


def gn(channels: int) -> dict:
    return {"kind": "gn", "channels": channels}


def job(norm: dict, rate: float = RATE, updates: int = UPDATES, widths: list[int] = WIDTHS, bare: bool = False) -> dict:
    """A run without its seed. bare: no norm on the first layer."""
    return {"norm": norm, "widths": widths, "bare": bare, "rate": rate, "updates": updates}


def jobs() -> list[dict]:
    """Every run of the record, without its seed, each once."""
    dial = [job(bn(over)) for over in (32, 16, 8, 4, 2)] + [job(gn(channels)) for channels in (2, 4, 8, 16)]
    rates = [job(norm, rate=rate) for rate in RATES for norm in (bn(32), bn(4), gn(4))]
    lengths = [job(norm, updates=updates) for updates in LENGTHS for norm in (bn(4), bn(2), gn(4))]
    thin = [job(norm, widths=THIN) for norm in (bn(32), bn(4), gn(4), NONE)]
    bare = [job(norm, bare=True) for norm in (bn(4), bn(2), gn(4))]
    found: list[dict] = []
    for each in [*dial, *bare, job(NONE), *rates, *lengths, *thin]:
        if each not in found:
            found.append(each)
    return found


def in_node(request: dict):
    """What scripts/spiral_runs.mjs replies."""
    script = Path(__file__).with_name("spiral_runs.mjs")
    command = [node_path(), str(script)]
    return json.loads(
        subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True).stdout
    )


def starts(asked: list[dict]) -> dict:
    """The points, and for every job the weights and draws from which the page's run starts."""
    return in_node({"jobs": asked, "start": True})


class Ghost(nn.BatchNorm1d):
    """Batch norm over slices of `over` points."""

    def __init__(self, width: int, over: int):
        super().__init__(width)
        self.over = over

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        return torch.cat([super(Ghost, self).forward(part) for part in x.split(self.over)])


def normed(norm: dict, width: int) -> list[nn.Module]:
    """The norm of a layer, if it has one."""
    if norm["kind"] == "bn":
        return [Ghost(width, norm["over"])]
    if norm["kind"] == "gn":
        return [nn.GroupNorm(max(1, width // norm["channels"]), width)]
    return []


def in_torch(asked: dict, layers: list[dict], dtype: torch.dtype) -> nn.Sequential:
    """The widget's network as torch has it, with the weights of a start."""
    norm = asked["norm"]
    parts: list[nn.Module] = []
    for k, layer in enumerate(layers):
        outputs = len(layer["bias"])
        weight = torch.tensor(layer["weight"], dtype=torch.float64).view(-1, outputs).T
        linear = nn.Linear(weight.shape[1], outputs, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(weight)
            linear.bias.copy_(torch.tensor(layer["bias"], dtype=torch.float64))
        last = k == len(layers) - 1
        parts += [linear, *normed(NONE if last or (asked["bare"] and k == 0) else norm, outputs)]
        parts += [] if last else [nn.ReLU()]
    return nn.Sequential(*parts).to(dtype)


def train_in_torch(asked: dict, start: dict, points: dict, dtype: torch.dtype = torch.float32) -> nn.Sequential:
    """The run of a job in torch, from a start, on the page's points."""
    net = in_torch(asked, start["layers"], dtype)
    inputs = torch.tensor(points["points"], dtype=torch.float64).view(-1, 2).to(dtype)
    labels = torch.tensor(points["labels"])
    optimizer = torch.optim.SGD(net.parameters(), lr=asked["rate"], momentum=0.9)
    for draw in start["draws"]:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(inputs[draw]), labels[draw]).backward()
        optimizer.step()
    return net.eval()


@torch.no_grad()
def error_in_torch(net: nn.Sequential, points: dict) -> float:
    """The share of points that a network names wrong, in %."""
    dtype = next(net.parameters()).dtype
    inputs = torch.tensor(points["points"], dtype=torch.float64).view(-1, 2).to(dtype)
    wrong = net(inputs).argmax(1) != torch.tensor(points["labels"])
    return 100 * float(wrong.double().mean())


def run_in_node(asked: dict) -> dict:
    replies = in_node({"jobs": [{**asked, "seed": seed} for seed in SEEDS]})
    return asked | {key: [reply[key] for reply in replies] for key in replies[0]}


def run_in_torch(asked: dict) -> list[float]:
    found = starts([{**asked, "seed": seed} for seed in SEEDS])
    return [error_in_torch(train_in_torch(asked, start, found["training"]), found["test"]) for start in found["starts"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", action="store_true", help="train the widget's main runs in torch, too")
    asked = jobs()
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(run_in_node, asked))
    sets = starts([{**asked[0], "updates": 0, "seed": 1}])
    fingerprint = hashlib.sha256(json.dumps([sets["training"], sets["test"]]).encode()).hexdigest()[:16]
    if arguments.torch:
        for run, each in zip(runs, asked, strict=True):
            if each["updates"] == UPDATES and each["rate"] == RATE and each["widths"] == WIDTHS:
                run["torch"] = run_in_torch(each)
                print(each["norm"], sum(run["torch"]) / len(run["torch"]))
    record = {
        "seeds": list(SEEDS),
        "points": {"training": 400, "test": 1000, "fingerprint": fingerprint},
        "runs": runs,
        **provenance(processor(), "torch"),
    }
    TARGET.write_text(json.dumps(record, separators=(",", ":")) + "\n")
    for run in runs:
        means = {
            key: round(sum(run[key]) / len(run[key]), 2)
            for key in ("test", "training", "sliced", "anew", "torch")
            if key in run
        }
        print(
            run["norm"],
            len(run["widths"]) - 2,
            "layers, bare" if run["bare"] else "layers",
            run["rate"],
            run["updates"],
            means,
        )


if __name__ == "__main__":
    main()
