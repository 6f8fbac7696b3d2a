"""gn_edu.fast beside torch's group norm and an activation: python -m scripts.bench_fast [--rounds N]

Forward and backward, side by side in the same rounds, the fastest of each: the ratio, and what it should be.
"""

import argparse
import time

import torch
from torch.nn import functional as F

from gn_edu import fast
from gn_edu.training.provenance import processor

ACTIVATION = {None: lambda z: z, "relu": torch.relu, "silu": F.silu}
FLOAT = [((8, 64, 32, 32), 32), ((32, 256, 16, 16), 32), ((128, 64, 32, 32), 16)]
CASES = [(*case, torch.float32, torch.contiguous_format, 0.6) for case in FLOAT]
CASES += [((256, 64, 15, 15), 16, torch.bfloat16, torch.channels_last, 0.2)]


def seconds(norm, x, weight, bias, grad) -> float:
    """One pass forward and back."""
    taken = [t.detach().requires_grad_() for t in (x, weight, bias)]
    begin = time.perf_counter()
    norm(*taken).backward(grad)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of each pair (%(default)s)")
    rounds = parser.parse_args().rounds
    print(f"{processor()}, torch {torch.__version__}: seconds as a multiple of torch's")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for (shape, groups, dtype, layout, target), activation in ((c, a) for c in CASES for a in ACTIVATION):
            x, grad = (torch.randn(shape).to(dtype).to(memory_format=layout) for _ in range(2))
            weight, bias = torch.randn(2, shape[1]).to(dtype)

            def torchs(x, weight, bias, groups=groups, activation=activation):
                return ACTIVATION[activation](F.group_norm(x, groups, weight, bias))

            def ours(x, weight, bias, groups=groups, activation=activation):
                return fast.group_norm(x, groups, weight, bias, activation=activation)

            pairs = [[seconds(norm, x, weight, bias, grad) for norm in (torchs, ours)] for _ in range(rounds)]
            slow, quick = map(min, zip(*pairs, strict=True))
            name = f"{threads} threads, {shape}, {groups} groups, {str(dtype).removeprefix('torch.')}, {activation}"
            print(f"{name}: {quick / slow:.2f} ({1000 * slow:.2f} ms), at most {target} with an activation")


if __name__ == "__main__":
    main()
