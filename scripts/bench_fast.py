"""Group norm with an activation, rung by rung, beside torch's: python -m scripts.bench_fast [--rounds N]   (make bench)

Writes gn_edu/results/fast.json. Forward and backward, on one thread and on two, every rung in the same rounds, the
fastest round of each, as a multiple of torch's group norm and activation; beside it how fast this machine copies, and
torch's and the kernel's milliseconds by the number of groups, in bfloat16 and channels last. Then training steps of
the recipes, with torch's group norm and with --fast-norm: pictures a CPU-second.
"""

import argparse
import json
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gn_edu import fast
from gn_edu.nets import build, with_fast_norms
from gn_edu.recipes import RECIPES
from gn_edu.traffic import count
from gn_edu.training.device import lower_precision
from gn_edu.training.provenance import processor, provenance
from scripts.bench_norms import OwnBackward, kept_storages, loops, reshape
from scripts.paths import ROOT

Ladder = dict[str, Callable[..., Tensor]]
ACTIVATION: dict[str | None, Callable[[Tensor], Tensor]] = {None: lambda z: z, "relu": torch.relu, "silu": F.silu}
FLOAT = [((8, 64, 32, 32), 32), ((32, 256, 16, 16), 32), ((128, 64, 32, 32), 16)]
# Shape, groups, type, layout; and at most so many times torch's seconds, with an activation.
CASES = [(*case, torch.float32, torch.contiguous_format, 0.6) for case in FLOAT]
CASES += [((256, 64, 15, 15), 16, torch.bfloat16, torch.channels_last, 0.2)]
NETS = [("main", torch.float32), ("main", torch.bfloat16), ("first", torch.float32), ("resnet", torch.float32)]
NETS += [("vgg16", torch.float32)]


def rungs(groups: int, activation: str | None) -> Ladder:
    """What is timed, from the bottom of the ladder: each a function of x, gamma and beta."""
    act = ACTIVATION[activation]

    def two_passes(x, weight, bias):
        return act(reshape(x, groups, weight, bias))

    return {
        "torch": lambda x, weight, bias: act(F.group_norm(x, groups, weight, bias)),
        "loops": lambda x, weight, bias: act(loops(x, groups, weight, bias)),
        "two passes": two_passes,
        "own backward": lambda x, weight, bias: act(OwnBackward.apply(x, groups, weight, bias)),
        "compiled": torch.compile(two_passes, dynamic=False),
        "kernel": lambda x, weight, bias: fast.group_norm(x, groups, weight, bias, activation=activation),
    }


def seconds(rung: Callable[..., Tensor], numbers: list[Tensor], grad: Tensor) -> float:
    """One pass forward and back."""
    taken = [t.detach().requires_grad_() for t in numbers]
    began = time.perf_counter()
    rung(*taken).backward(grad)
    return time.perf_counter() - began


def fastest(ladder: Ladder, numbers: list[Tensor], grad: Tensor, rounds: int, **few: int) -> dict[str, float]:
    """Seconds of each rung in its fastest round. All take turns; those in `few` leave after so many rounds."""
    best = {name: float("inf") for name in ladder}
    for k in range(rounds):
        for name, rung in ladder.items():
            if k < few.get(name, rounds):
                best[name] = min(best[name], seconds(rung, numbers, grad))
    return best


def copied_per_second(rounds: int) -> float:
    """Bytes that are read and written in a second where 128 MiB are copied to where memory has been touched."""
    x = torch.randn(2**25)
    y, best = x.clone(), float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        y.copy_(x)
        best = min(best, time.perf_counter() - began)
    return 2 * 4 * len(x) / best


def measure(case, activation: str | None, rounds: int) -> dict:
    """Every rung's seconds as a multiple of torch's."""
    shape, groups, dtype, layout, at_most = case
    x, grad = (torch.randn(shape).to(dtype).to(memory_format=layout) for _ in range(2))
    numbers = [x, *torch.randn(2, shape[1]).to(dtype)]
    torch._dynamo.reset()
    ladder = rungs(groups, activation)
    if shape[0] > 8:  # a minute a step: see chapter 4
        del ladder["loops"]
    seconds(ladder["compiled"], numbers, grad)  # compiles
    best = fastest(ladder, numbers, grad, rounds, loops=2)
    kept = sum(kept_storages(lambda: ladder["kernel"](x.requires_grad_(), *numbers[1:])).values())
    times = {name: round(spent / best["torch"], 2) for name, spent in best.items()}
    row = {
        "threads": torch.get_num_threads(),
        "shape": shape,
        "groups": groups,
        "dtype": str(dtype).removeprefix("torch."),
        "layout": str(layout).removeprefix("torch."),
        "activation": activation,
        "torch_ms": round(1000 * best["torch"], 3),
        "times": times,
        "kernel_kept": round(kept / (x.numel() * x.element_size()), 3),
        "at_most": at_most,
    }
    print("      " if not activation else "met   " if times["kernel"] <= at_most else "missed", row, flush=True)
    return row


def counted() -> dict[str, int]:
    """The tensors of x's size that each rung with a SiLU asks for, there and back; of the kernel, counted by hand."""
    (shape, groups, dtype, _, _), found = CASES[0], {}
    numbers = [t.requires_grad_() for t in (torch.randn(shape), *torch.randn(2, shape[1]))]
    for name, rung in rungs(groups, "silu").items():
        if name in ("torch", "two passes", "own backward"):
            y = rung(*numbers)
            there = count(rung, *numbers)
            back = count(torch.autograd.grad, y, numbers, torch.ones_like(y))
            found[name] = round((there.total + back.total) / (numbers[0].numel() * dtype.itemsize))
    return found | {"kernel": 5}  # reads x, writes y; reads x and dy, writes dx


def pair(groups: int, activation: str) -> Ladder:
    """PyTorch's rung and the kernel."""
    ladder = rungs(groups, activation)
    return {name: ladder[name] for name in ("torch", "kernel")}


def by_groups(rounds: int) -> list[dict]:
    """Milliseconds of torch's rung and the kernel's, with SiLU, at the last case's shape, by channels a group."""
    shape, _, dtype, layout, _ = CASES[-1]
    x, grad = (torch.randn(shape).to(dtype).to(memory_format=layout) for _ in range(2))
    numbers, rows = [x, *torch.randn(2, shape[1]).to(dtype)], []
    for groups in (1, 2, 4, 8, 16, 32):
        best = fastest(pair(groups, "silu"), numbers, grad, rounds)
        rows.append({"channels": shape[1] // groups} | {f"{k}_ms": round(1000 * spent, 1) for k, spent in best.items()})
        print(rows[-1], flush=True)
    return rows


def of_a_call(rounds: int) -> dict[str, int]:
    """Microseconds forward and back where there is next to nothing to compute: what calling costs."""
    numbers, grad = [torch.randn(1, 64, 1, 2), *torch.randn(2, 64)], torch.randn(1, 64, 1, 2)
    best = fastest(pair(32, "relu"), numbers, grad, 50 * rounds)
    return {name: round(1e6 * spent) for name, spent in best.items()}


def measure_net(name: str, precision: torch.dtype, rounds: int) -> dict:
    """Pictures a CPU-second of a recipe's training step but for the optimizer's, with torch's norm and the kernel."""
    config = RECIPES[name]  # type: ignore[index]
    net = build(config.replace(norm="gn").network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    x = torch.randn(config.data.batch, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (len(x),))
    nets = {"torch": net, "kernel": with_fast_norms(net)}

    def step(net: nn.Module) -> float:
        began = time.process_time()
        with lower_precision(torch.device("cpu"), precision):
            loss = F.cross_entropy(net(x).float(), labels)
        loss.backward()
        return time.process_time() - began

    spent = [{kind: step(net) for kind, net in nets.items()} for _ in range(rounds)]
    best = {kind: min(each[kind] for each in spent) for kind in nets}
    row = {"recipe": name, "ws": config.network.ws, "precision": str(precision).removeprefix("torch.")}
    row |= {f"{kind}_images_per_cpu_s": round(len(x) / best[kind]) for kind in nets}
    row["time"] = round(best["kernel"] / best["torch"], 2)
    print(row, flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of each rung (%(default)s)")
    rounds = parser.parse_args().rounds
    torch.manual_seed(0)
    copied, rows = {}, []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        copied[threads] = round(copied_per_second(rounds) / 1e9, 1)
        rows += [measure(case, activation, rounds) for case in CASES for activation in ACTIVATION]
    torch.set_num_threads(1)
    groups, call = by_groups(rounds), of_a_call(rounds)
    networks = [measure_net(*net, max(rounds // 3, 2)) for net in NETS]
    torch.set_num_threads(2)
    record = {
        "copied_gb_per_s": copied,
        "rows": rows,
        "counted": counted(),
        "by_groups": groups,
        "call_us": call,
        "networks": networks,
        **provenance(processor(), "torch"),
    }
    (ROOT / "gn_edu" / "results" / "fast.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
