"""gn_edu.triton_norm beside torch's group norm and an activation, on a GPU: python -m scripts.bench_triton [--tiny]

Writes gn_edu/results/gpu-norm.json (make gpu-results): for each shape the time of a forward pass, and of one with its
backward pass, on the GPU, of torch's group norm with an activation, of the same compiled, of Liger-Kernel's where it is
installed, and of gn_edu.triton_norm. All take turns in the same rounds, and the fastest of each counts (`us`). `share`:
how much of the memory's speed that is, if x and y alone had to be moved, once each, and x, dy and dx for the backward
pass; a copy in the same rounds says what the memory's speed is. `off`: how far outputs and gradients are from torch's.
--tiny tries it all on a CPU, in Triton's interpreter, and writes nothing.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from gn_edu import triton_norm
from gn_edu.training.provenance import device_name, provenance
from scripts.paths import ROOT

Norm = Callable[[Tensor, Tensor, Tensor], Tensor]
ACTIVATION: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "silu": F.silu}
LAYOUT = {"NCHW": torch.contiguous_format, "channels_last": torch.channels_last}
CLOSE = {torch.float32: 2e-3, torch.bfloat16: 3e-2}  # to torch's
OURS, LIGER = "gn_edu.triton_norm", "Liger-Kernel"
# Tensors of x's size that have to be moved, at the least.
MOVED = {"forward": 2, "forward and backward": 5}
COUNTED = {"forward": "x read, y written", "forward and backward": "x read, y written; x and dy read, dx written"}


class Case(NamedTuple):
    shape: tuple[int, ...]
    groups: int
    activation: str
    dtype: torch.dtype
    layout: str


CASES = (
    Case((1, 128, 512, 512), 32, "silu", torch.bfloat16, "NCHW"),  # an image decoder's
    Case((1, 512, 64, 64), 32, "silu", torch.bfloat16, "NCHW"),
    Case((128, 64, 32, 32), 16, "relu", torch.float32, "NCHW"),
    Case((256, 64, 15, 15), 16, "relu", torch.bfloat16, "channels_last"),
)
TINY = tuple(case._replace(shape=(min(case.shape[0], 2), 8, 5, 6), groups=2) for case in CASES)


def norms(case: Case, backend: str) -> dict[str, Norm]:
    """What is compared, by name: torch's first."""
    act, groups = ACTIVATION[case.activation], case.groups

    def torchs(x, weight, bias):
        return act(F.group_norm(x, groups, weight, bias))

    def ours(x, weight, bias):
        return triton_norm.group_norm(x, groups, weight, bias, activation=case.activation)

    torch.compiler.reset()
    found: dict[str, Norm] = {"torch": torchs, "torch.compile": torch.compile(torchs, backend=backend, dynamic=False)}
    if importlib.util.find_spec("liger_kernel"):
        apply = import_module("liger_kernel.ops.group_norm").LigerGroupNormFunction.apply
        found[LIGER] = lambda x, weight, bias: act(apply(x, weight, bias, x.shape[1], groups, 1e-5))
    return found | {OURS: ours}


def numbers(case: Case, device: str) -> list[Tensor]:
    """x, weight, bias and dy."""
    x, dy = (torch.randn(case.shape, device=device).to(case.dtype) for _ in range(2))
    layout = LAYOUT[case.layout]
    weight, bias = torch.randn(2, case.shape[1], device=device).to(case.dtype)
    return [x.to(memory_format=layout), weight, bias, dy.to(memory_format=layout)]  # type: ignore[call-overload]


def passes(norm: Norm, x: Tensor, weight: Tensor, bias: Tensor, dy: Tensor) -> dict[str, Callable[[], Any]]:
    """What is timed, by the names of MOVED."""
    taken = [t.clone().requires_grad_() for t in (x, weight, bias)]

    def forward():
        with torch.no_grad():
            return norm(x, weight, bias)

    def forward_and_backward():
        y = norm(*taken)
        return y, *torch.autograd.grad(y, taken, dy)

    return dict(zip(MOVED, (forward, forward_and_backward), strict=True))


def off(found: tuple[Tensor, ...], right: tuple[Tensor, ...]) -> float:
    """How far y, dx, dgamma and dbeta are from the right ones, as a share of their length; the worst of the four.

    One value of dx may be far off without harm: a ReLU asks for the sign of what rounding can move past 0.
    """
    pairs = ((mine.double(), torchs.double()) for mine, torchs in zip(found, right, strict=True))
    return max(((mine - torchs).norm() / torchs.norm()).item() for mine, torchs in pairs)


class Clock:
    """Seconds of a call. On a GPU it starts behind long writes: its cache is empty then, and the CPU has run ahead."""

    def __init__(self, device: str):
        self.gpu = device == "cuda"
        self.one, self.other = torch.zeros(2, 2**30 if self.gpu else 2**10, dtype=torch.uint8, device=device)

    def seconds(self, step: Callable[[], Any]) -> float:
        if not self.gpu:
            began = time.perf_counter()
            step()
            return time.perf_counter() - began
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        for _ in range(4):
            self.one.zero_()
        start.record()
        step()
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end) / 1000

    def copy(self) -> float:
        """Bytes a second, read and written."""
        return 2 * self.one.numel() / self.seconds(lambda: self.other.copy_(self.one))


def measure(case: Case, rounds: int, clock: Clock, device: str) -> list[dict]:
    """A row for each pass: microseconds, and the share of the copy's speed, by the name of the norm."""
    given, both = numbers(case, device), list(MOVED)[-1]
    steps: dict[str, dict[str, Callable[[], Any]]] = {}
    apart = {}
    for name, norm in norms(case, "inductor" if clock.gpu else "eager").items():
        its = passes(norm, *given)
        try:
            for step in (*its.values(), *its.values()):  # the first time it is compiled
                step()
        except Exception as error:
            if name != LIGER:
                raise
            print(f"{name} does not take {case}: {error}", file=sys.stderr)
            continue
        steps[name] = its
        apart[name] = off(its[both](), steps["torch"][both]())
    if not apart[OURS] <= CLOSE[case.dtype]:
        sys.exit(f"{OURS} is off by {apart[OURS]:.1g} of torch's in {case}: nothing is measured")
    best = {(name, what): float("inf") for what in MOVED for name in steps}
    speed = 0.0
    for _ in range(rounds):
        speed = max(speed, clock.copy())
        for (name, what), before in best.items():
            best[name, what] = min(before, clock.seconds(steps[name][what]))
    rows: list[dict] = []
    about = case._asdict() | {"dtype": str(case.dtype).removeprefix("torch.")}
    about["off"] = {name: float(f"{value:.1g}") for name, value in apart.items() if name != "torch"}
    for what, moved in MOVED.items():
        least = moved * given[0].nbytes / speed
        spent = {name: best[name, what] for name in steps}
        us = {name: round(1e6 * seconds, 1) for name, seconds in spent.items()}
        share = {name: round(least / seconds, 3) for name, seconds in spent.items()}
        rows.append({**about, "pass": what, "us": us, "share": share, "copy_gb_s": round(speed / 1e9)})
        print(rows[-1], flush=True)
    return rows


def main(argv: list[str] | None = None) -> int:
    """Returns 2 where there is no Triton, or no GPU and --tiny was not given."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_triton", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="in which each has its turn (%(default)s)")
    parser.add_argument("--tiny", action="store_true")
    args = parser.parse_args(argv)
    if importlib.util.find_spec("triton") is None:
        print("bench_triton needs Triton, and there is none here: pip install triton (on Linux)", file=sys.stderr)
        return 2
    if not args.tiny and not torch.cuda.is_available():
        print("bench_triton measures on a CUDA GPU, and there is none here; --tiny tries it on a CPU", file=sys.stderr)
        return 2
    if args.tiny and "TRITON_INTERPRET" not in os.environ:  # it has to be there when Triton is imported
        command = [sys.executable, "-m", "scripts.bench_triton", "--tiny"]
        return subprocess.run(command, cwd=ROOT, env=os.environ | {"TRITON_INTERPRET": "1"}).returncode
    torch.manual_seed(0)
    device = "cpu" if args.tiny else "cuda"
    clock, rounds = Clock(device), 1 if args.tiny else args.rounds
    rows = [row for case in (TINY if args.tiny else CASES) for row in measure(case, rounds, clock, device)]
    if args.tiny:
        return 0
    liger = {"liger_kernel": version("liger_kernel")} if LIGER in rows[0]["us"] else {}
    about = provenance(device_name(torch.device(device)), "torch", "triton")
    record = {"rounds": rounds, "counted": COUNTED, "rows": rows, **liger, **about}
    (ROOT / "gn_edu" / "results" / "gpu-norm.json").write_text(json.dumps(record, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
