"""What group norm costs in the main run's network, beside batch norm: python -m scripts.bench_costs   (make bench)

Writes gn_edu/results/costs.json, or gpu-costs.json where there is a CUDA GPU. For a training step and for inference,
each in several forms: CPU time (of one thread; on a GPU, the time until it is done) with group norm as a multiple of
that with batch norm in the same form and the same rounds (minimum over interleaved rounds), and what a training step
keeps for its backward pass. Both networks are without weight standardization; what that adds to group norm stands in
a column of its own.
"""

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_weights

from gn_edu import nets
from gn_edu.recipes import RECIPES
from gn_edu.training.provenance import device_name, provenance
from scripts.bench_norms import cpu_seconds, kept_storages
from scripts.paths import ROOT

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
BATCH, ROUNDS = (2000, 30) if DEVICE.type == "cuda" else (128, 8)
LAYOUTS = {"NCHW": torch.contiguous_format, "channels_last": torch.channels_last}


def pictures() -> Tensor:
    return torch.randn(BATCH, 3, 32, 32, device=DEVICE)


def seconds(step: Callable[[], None]) -> float:
    """CPU-seconds of a step; of a GPU, seconds until it is done."""
    if DEVICE.type == "cpu":
        return cpu_seconds(step)
    torch.cuda.synchronize()
    began = time.perf_counter()
    step()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def network(norm: str, ws: bool = False) -> nn.Module:
    """The main run's network as it starts, with statistics of some pictures in its batch norms."""
    net = nets.build(RECIPES["main"].replace(norm=norm, ws=ws).network).to(DEVICE)
    net(pictures()[:64])
    return net


def folded(net: nn.Module) -> nn.Module:
    """The same network for inference, each batch norm melted into the convolution before it.

    Between the two lies a maximum in some places: it may trade places with a factor above 0, as gamma has at the start.
    """
    net = copy.deepcopy(net).eval()
    conv = None
    for name, layer in list(net.features.named_children()):  # type: ignore[union-attr, operator]
        if isinstance(layer, nets.Conv3x3):
            conv = layer
        elif isinstance(layer, nn.BatchNorm2d):
            assert conv is not None and (layer.weight > 0).all()
            assert layer.running_mean is not None and layer.running_var is not None
            weight, bias = fuse_conv_bn_weights(
                conv.weight, None, layer.running_mean, layer.running_var, layer.eps, layer.weight, layer.bias
            )
            conv.weight, conv.bias = nn.Parameter(weight), nn.Parameter(bias)
            setattr(net.features, name, nn.Identity())
    return net


def training(net: Any, x: Tensor, y: Tensor) -> Callable[[], None]:
    """A training step but for the optimizer's: forward, loss, backward."""
    net.train()

    def step() -> None:
        net.zero_grad(set_to_none=True)
        F.cross_entropy(net(x), y).backward()

    return step


def inference(net: Any, x: Tensor, y: Tensor) -> Callable[[], None]:
    net.eval()

    def step() -> None:
        with torch.no_grad():
            net(x)

    return step


def cases() -> dict[tuple[str, str], dict[str, Callable[[], None]]]:
    """What is timed: by (what, form), the steps of batch norm and of what stands beside it."""
    found: dict[tuple[str, str], dict[str, Callable[[], None]]] = {}
    x, y = pictures(), torch.randint(0, 10, (BATCH,), device=DEVICE)
    kinds = {"BN": ("bn", False), "GN": ("gn", False), "GN + WS": ("gn", True)}
    for what, make in (("training step", training), ("inference", inference)):
        for form, layout in LAYOUTS.items():
            for name, kind in kinds.items():
                net = network(*kind).to(memory_format=layout)  # type: ignore[call-overload]
                found.setdefault((what, form), {})[name] = make(net, x.to(memory_format=layout), y)
        for name, kind in kinds.items():
            net = torch.compile(network(*kind).to(memory_format=torch.channels_last))  # type: ignore[call-overload]
            found.setdefault((what, "compiled"), {})[name] = make(net, x.to(memory_format=torch.channels_last), y)
    last = x.to(memory_format=torch.channels_last)
    plain = network("bn").eval()
    torch.testing.assert_close(folded(plain)(x), plain(x), rtol=1e-3, atol=1e-4)
    melted = inference(folded(plain).to(memory_format=torch.channels_last), last, y)  # type: ignore[call-overload]
    beside = {name: step for name, step in found["inference", "channels_last"].items() if name != "BN"}
    found["inference", "BN folded, channels_last"] = {"BN": melted} | beside
    return found


def kept(norm: str, ws: bool = False) -> float:
    """MiB that a training step keeps for its backward pass, a picture, in channels_last."""
    net = network(norm, ws).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    own = {p.untyped_storage().data_ptr() for p in (*net.parameters(), *net.buffers())}
    held = pictures().to(memory_format=torch.channels_last)
    storages = kept_storages(lambda: net(held).square().mean())
    return sum(size for at, size in storages.items() if at not in own) / BATCH / 2**20


def measure() -> list[dict]:
    """A row for each thing that is timed: times as multiples of batch norm's, and batch norm's own in milliseconds."""
    everything = cases()
    best: dict[tuple, float] = {}
    for steps in everything.values():
        for step in steps.values():
            step()  # compiles, and touches its memory for the first time
            step()
    for _ in range(ROUNDS):
        for case, steps in everything.items():
            for name, step in steps.items():
                spent = seconds(step)
                best[*case, name] = min(best.get((*case, name), spent), spent)
    rows = []
    for (what, form), steps in everything.items():
        bn = best[what, form, "BN"]
        ratios = {name: round(best[what, form, name] / bn, 2) for name in steps if name != "BN"}
        rows.append({"what": what, "form": form, "ms": round(1000 * bn / BATCH, 3), **ratios})
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    record = {
        "batch": BATCH,
        "rows": measure(),
        "kept": {"BN": round(kept("bn"), 3), "GN": round(kept("gn"), 3), "GN + WS": round(kept("gn", True), 3)},
        **provenance(device_name(DEVICE), "torch"),
    }
    file = "costs.json" if DEVICE.type == "cpu" else "gpu-costs.json"
    (ROOT / "gn_edu" / "results" / file).write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
