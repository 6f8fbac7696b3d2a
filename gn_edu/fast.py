"""Group norm and the activation behind it in one go, on a CPU: a drop-in for gn_edu.norms, in C++.

fast.cpp, beside this file, is the kernel: it reads x from memory once, where torch's group norm and an activation
write and read what lies between them, and for the backward pass it keeps x, means and 1 / sigma, nothing else of x's
size. A C++ compiler builds it at the first call, within seconds; it is kept in GN_EDU_CACHE, or ~/.cache/gn_edu.
"""

import ctypes
import hashlib
import itertools
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gn_edu import norms
from gn_edu.refusals import check_channels, check_groups, check_input, check_parameters, check_set_size

ACTIVATIONS = {None: "none", "relu": "relu", "silu": "silu"}
_SOURCE = Path(__file__).with_suffix(".cpp")
_SUMS = {torch.float32: torch.float32, torch.float64: torch.float64, torch.bfloat16: torch.float32}
_FLAGS = ["-std=c++17", "-O3", "-fno-math-errno", "-fno-trapping-math", "-fno-thread-jumps", "-shared", "-fPIC"]
# What makes it fast, where the compiler knows it: more of it first.
_FASTER: tuple[list[str], ...] = (
    ["-march=native", "-fopenmp", "-mprefer-vector-width=512"],
    ["-march=native", "-fopenmp"],
    ["-march=native"],
    [],
)
# What each way takes: addresses of tensors, then (n, c, s, groups, eps, last, threads), the backward pass without eps.
_SIZES = [ctypes.c_int64] * 4
_TAKES: dict[str, list[Any]] = {
    "forward": [*[ctypes.c_void_p] * 6, *_SIZES, ctypes.c_double, ctypes.c_int64, ctypes.c_int64],
    "backward": [*[ctypes.c_void_p] * 8, *_SIZES, ctypes.c_int64, ctypes.c_int64],
}


@cache
def compiler() -> str | None:
    """The C++ compiler: $CXX, or the first of c++, g++ and clang++ that is there; None where none is."""
    found = (shutil.which(name) for name in (os.environ.get("CXX", ""), "c++", "g++", "clang++") if name)
    return next(filter(None, found), None)


@cache
def _library() -> dict[tuple[torch.dtype, str, str], Callable[..., None]]:
    """The kernel's functions, compiled once for each machine and source."""
    command = compiler()
    if command is None or sys.platform == "win32":
        raise RuntimeError(
            "gn_edu.fast is compiled at its first use, and there is no C++ compiler: none of $CXX, c++, g++, clang++ "
            "is there. Install one (on Debian: apt install g++), or take gn_edu.norms, which needs none."
        )
    source = _SOURCE.read_bytes()
    machine = f"{command} {platform.machine()} {platform.node()} {torch.backends.cpu.get_cpu_capability()}"
    key = hashlib.sha256(source + machine.encode() + str((_FLAGS, _FASTER)).encode()).hexdigest()[:16]
    folder = Path(os.environ.get("GN_EDU_CACHE") or Path.home() / ".cache" / "gn_edu")
    built = folder / f"fast_{key}.so"
    if not built.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            new = Path(place) / built.name
            for more in _FASTER:
                done = subprocess.run(
                    [command, *_FLAGS, *more, str(_SOURCE), "-o", str(new)], capture_output=True, text=True
                )
                if done.returncode == 0:
                    break
            else:
                raise RuntimeError(f"{command} could not compile {_SOURCE}:\n{done.stderr}")
            os.replace(new, built)  # at once, whoever else builds it
    library, functions = ctypes.CDLL(str(built)), {}
    for key in itertools.product(_SUMS, _TAKES, ACTIVATIONS.values()):
        function = getattr(library, "_".join(map(str, key)).removeprefix("torch."))
        function.argtypes, function.restype = _TAKES[key[1]], None
        functions[key] = function
    return functions


def _call(way: str, x: Tensor, activation: str, tensors: tuple[Tensor, ...], *numbers: int | float) -> None:
    """A function of the kernel for x's type; tensors are handed over by their address."""
    _library()[x.dtype, way, activation](*(tensor.data_ptr() for tensor in tensors), *numbers)


def memory_format(x: Tensor) -> torch.memory_format:
    """That of x where the kernels know it, else contiguous."""
    last = {4: torch.channels_last, 5: torch.channels_last_3d}.get(x.dim())
    return last if last and not x.is_contiguous() and x.is_contiguous(memory_format=last) else torch.contiguous_format


def _affine(weight: Tensor | None, bias: Tensor | None, c: int, sums: torch.dtype) -> tuple[Tensor, Tensor]:
    """gamma and beta as the kernel takes them."""
    gamma = torch.ones(c, dtype=sums) if weight is None else weight.to(sums).contiguous()
    beta = torch.zeros(c, dtype=sums) if bias is None else bias.to(sums).contiguous()
    return gamma, beta


def _where(layout: torch.memory_format) -> tuple[int, int]:
    """Whether channels lie last, and how many threads work."""
    return int(layout != torch.contiguous_format), torch.get_num_threads()


def as_parameter(gradient: Tensor, parameter: Tensor | None) -> Tensor | None:
    return None if parameter is None else gradient.to(parameter.dtype)


def check_activation(activation: str | None) -> None:
    if activation not in ACTIVATIONS:
        raise ValueError(f'activation is None, "relu" or "silu", got {activation!r}')


def check_sizes(input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None) -> None:
    """What both kernels ask of their numbers: groups that divide the channels, parameters that fit, beside input."""
    check_groups(num_groups, input.shape[1])
    check_parameters((input.shape[1],), weight=weight, bias=bias)
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and value.device != input.device:
            raise TypeError(f"{name} must be where input is, on {input.device}; it is on {value.device}")
    check_set_size(input.numel() // num_groups, "group of channels", input, "larger maps or fewer groups")


class _GroupNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, num_groups, weight, bias, eps, activation):
        layout = memory_format(x)
        x, sums = x.contiguous(memory_format=layout), _SUMS[x.dtype]
        n, c = x.shape[:2]
        gamma, beta = _affine(weight, bias, c, sums)
        y, mean = torch.empty_like(x), torch.empty(n, num_groups, dtype=sums)
        rstd = torch.empty_like(mean)
        sizes = (n, c, x.numel() // (n * c), num_groups)
        _call("forward", x, activation, (x, y, gamma, beta, mean, rstd), *sizes, eps, *_where(layout))
        ctx.save_for_backward(x, weight, bias, mean, rstd)
        ctx.known = layout, activation, sizes
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_output):
        x, weight, bias, mean, rstd = ctx.saved_tensors
        layout, activation, sizes = ctx.known
        dy, (n, c) = grad_output.contiguous(memory_format=layout), x.shape[:2]
        gamma, beta = _affine(weight, bias, c, mean.dtype)
        dx, parts = torch.empty_like(x), torch.empty(2, n, c, dtype=mean.dtype)  # of gamma's and beta's, by image
        tensors = dy, x, gamma, beta, mean, rstd, dx, parts
        _call("backward", x, activation, tensors, *sizes, *_where(layout))
        dgamma, dbeta = parts.sum(1)
        return dx, None, as_parameter(dgamma, weight), as_parameter(dbeta, bias), None, None


@torch.compiler.disable
def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    activation: str | None = None,
) -> Tensor:
    """Group norm (Wu and He 2018, Eq. 1 to 7), then the activation, in one go.

    Args:
        input: (n, c, *) on the CPU; float32, float64 or bfloat16. Contiguous and channels last are read as they lie,
            any other layout is copied. Sums of bfloat16 are taken in float32.
        num_groups: into how many runs of adjacent channels c is cut; must divide c.
        weight, bias: gamma and beta, one value per channel, (c,).
        eps: added to the variance, inside the square root; unit of input squared.
        activation: None, "relu" or "silu".

    Returns:
        A tensor like input: shape, dtype and memory format. Its gradient can be taken once.

    Raises:
        RuntimeError: there is no C++ compiler.
        TypeError: input has another type, or it, weight or bias is not on the CPU.
        ValueError: the activation is not known, num_groups does not divide c, a parameter has the wrong size, there are
            fewer than two axes, or the batch has one image and its groups hold a single value each.
    """
    check_activation(activation)
    check_input(input, "group_norm", "(N, C, *)", least=2)
    if input.dtype not in _SUMS or input.device.type != "cpu":
        raise TypeError(
            f"gn_edu.fast takes float32, float64 and bfloat16 on the CPU, got {input.dtype} on {input.device}. "
            "gn_edu.norms takes them all."
        )
    check_sizes(input, num_groups, weight, bias)
    if not input.numel():
        return input.clone()
    return _GroupNorm.apply(input, num_groups, weight, bias, eps, ACTIVATIONS[activation])


class GroupNorm(norms.GroupNorm):
    """gn_edu.norms.GroupNorm by the kernel, with the activation behind it. Arguments and state_dict as there."""

    norm = staticmethod(group_norm)

    def __init__(self, *args, activation: str | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        check_activation(activation)
        self.activation = activation

    def forward(self, input: Tensor) -> Tensor:
        check_channels(input, self.num_channels, "GroupNorm")
        return self.norm(input, self.num_groups, self.weight, self.bias, self.eps, self.activation)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, activation={self.activation}"
