"""Group norm and the activation behind it in one go, on a GPU: a drop-in for gn_edu.norms, in Triton.

gn_edu.fast is the same for a CPU. The kernels are in triton_kernels.py, beside this file, and are compiled at their
first use. Where a group fits into a block of threads, x is read from memory once, and so are x and dy on the way back;
where it does not, twice, and few groups are cut up, so that all of the GPU has work. For the backward pass x, means and
1 / sigma are kept, nothing else of x's size. With TRITON_INTERPRET=1 in the environment, set before Triton is
imported, which torch.compile does, too, all runs on a CPU, slowly, to be looked at and tested.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from gn_edu import fast
from gn_edu.fast import ACTIVATIONS, check_activation, check_sizes, memory_format
from gn_edu.refusals import check_input

Given = Tensor | None
_SUMS = dict.fromkeys((torch.float32, torch.float16, torch.bfloat16), torch.float32) | {torch.float64: torch.float64}
_WHOLE = 16384  # values that a block holds where it has all of its rows
_TILE = 4096  # values that it holds at a time elsewhere
_FEW = 1024  # values under which a block takes further rows
_LINE = 64  # bytes side by side that a tile has at least, where channels lie last
_LONG = 1024  # channels that it has at most there
_SHORT = 128  # positions that it has at least where they lie side by side, and there are as many
_BLOCKS = 4  # in the interpreter: blocks that are wanted. On a GPU it is 4 for each multiprocessor.


def _kernels() -> Any:
    """triton_kernels, imported when it is needed."""
    try:
        from gn_edu import triton_kernels
    except ImportError as error:
        raise RuntimeError(
            f"gn_edu.triton_norm needs Triton, which cannot be imported here ({error}). Install it (on Linux: pip "
            "install triton), or take gn_edu.fast, on a CPU, or gn_edu.norms, which need none."
        ) from error
    return triton_kernels


class _Plan(NamedTuple):
    """How the groups of all images, rows of d channels of s positions, are cut up: see triton_kernels.Cut."""

    whole: bool  # a tile is all of its rows
    pos: int
    row: int
    chan: int
    splits: int
    each: int
    parts: int  # of a row
    blocks: int


def _power(n: int) -> int:
    """The first power of two that is not below n."""
    return 1 << (n - 1).bit_length()


def _plan(rows: int, groups: int, d: int, s: int, last: bool, itemsize: int, wanted: int) -> _Plan:
    """Tiles that lie in memory in long pieces, and runs of them for as many blocks as are wanted."""
    whole = _power(d) * _power(s) <= _WHOLE
    pos, row, chan = _power(s), 1, _power(d)
    if whole:
        row = max(_FEW // (pos * chan), _LINE // (chan * itemsize) if last else 1, 1)
        row = min(row, _WHOLE // (pos * chan), _power(rows))
    elif last:
        chan = min(chan, _LONG)
        row = min(max(_LINE // (chan * itemsize), 1), groups & -groups)  # of one image
        pos = max(min(pos, _TILE // (chan * row)), 1)
    else:
        pos = min(pos, _TILE)
        chan = min(chan, _TILE // pos)
        while rows * -(-d // chan) > wanted and chan < d and pos > _SHORT:
            pos, chan = pos // 2, chan * 2
    stacks, chans, tiles = -(-rows // row), -(-d // chan), -(-s // pos)
    each = -(-stacks * chans * tiles // wanted)
    splits = -(-tiles // each)
    return _Plan(whole, pos, row, chan, splits, min(each, tiles), chans * splits, stacks * chans * splits)


def _wanted(x: Tensor) -> int:
    return 4 * torch.cuda.get_device_properties(x.device).multi_processor_count if x.is_cuda else _BLOCKS


class _Launch:
    """The kernels for x, contiguous or, `last`, with its channels last."""

    def __init__(self, x: Tensor, num_groups: int, last: bool):
        n, c = x.shape[:2]
        rows, d, s = n * num_groups, c // num_groups, x.numel() // (n * c)
        self.plan = plan = _plan(rows, num_groups, d, s, last, x.element_size(), _wanted(x))
        self.kernels = _kernels()
        fixed = map(self.kernels.tl.constexpr, (d, last, plan.pos, plan.row, plan.chan))
        self.cut = self.kernels.Cut(rows, num_groups, s, plan.splits, plan.each, *fixed)
        self.warps = min(16, max(1, plan.pos * plan.row * plan.chan // 512))

    def __call__(self, name: str, *tensors: Given, **constants: Any) -> None:
        kernel = getattr(self.kernels, name)
        with torch.cuda.device_of(tensors[0]):
            kernel[(self.plan.blocks,)](*tensors, self.cut, **constants, num_warps=self.warps)


class _GroupNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, num_groups, weight, bias, eps, activation):
        layout = memory_format(x)
        x = x.contiguous(memory_format=layout)
        weight, bias = (p if p is None else p.contiguous() for p in (weight, bias))
        run = _Launch(x, num_groups, layout != torch.contiguous_format)
        many = run.plan.parts
        y, mean = torch.empty_like(x), x.new_empty(x.shape[0], num_groups, dtype=_SUMS[x.dtype])
        rstd = torch.empty_like(mean)
        given = x, y, weight, bias, mean, rstd
        if run.plan.whole:
            run("whole_forward", *given, EPS=float(eps), ACT=activation)
        else:
            parts = x.new_empty(3, mean.numel(), many, dtype=torch.float64) if many > 1 else None
            if parts is not None:
                run("moments", x, parts, mean)
            run("forward", *given, parts, PARTS=_power(many), EPS=float(eps), ACT=activation)
        ctx.save_for_backward(x, weight, bias, mean, rstd)
        ctx.known = run, layout, activation
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_output):
        x, weight, bias, mean, rstd = ctx.saved_tensors
        run, layout, activation = ctx.known
        many = run.plan.parts
        dx = torch.empty_like(x)
        sums = mean.new_empty(2, run.plan.splits * x.shape[0], x.shape[1])
        given = grad_output.contiguous(memory_format=layout), x, weight, bias, mean, rstd
        if run.plan.whole:
            run("whole_backward", *given, dx, sums, ACT=activation)
        else:
            parts = mean.new_empty(2, mean.numel(), many) if many > 1 else None
            if parts is not None:
                run("part_sums", *given, sums, parts, ACT=activation)
            run("backward", *given, dx, sums, parts, PARTS=_power(many), ACT=activation)
        dbias, dweight = sums.sum(1)
        return dx, None, fast.as_parameter(dweight, weight), fast.as_parameter(dbias, bias), None, None


@torch.compiler.disable
def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Given = None,
    bias: Given = None,
    eps: float = 1e-5,
    activation: str | None = None,
) -> Tensor:
    """Group norm (Wu and He 2018, Eq. 1 to 7), then the activation, in one go.

    Args:
        input: (n, c, *) on a CUDA device, or on the CPU in Triton's interpreter (TRITON_INTERPRET=1); float32, float16,
            bfloat16 or float64. Contiguous and channels last are read as they lie, any other layout is copied. Sums of
            the narrow types are taken in float32.
        num_groups: into how many runs of adjacent channels c is cut; must divide c.
        weight, bias: gamma and beta, one value per channel, (c,).
        eps: added to the variance, inside the square root; unit of input squared. Each eps is compiled for itself.
        activation: None, "relu" or "silu".

    Returns:
        A tensor like input: shape, dtype and memory format. Its gradient can be taken once. The same input gives the
        same bits, on the way back, too.

    Raises:
        RuntimeError: there is no Triton.
        TypeError: input has another type, or is on another device, or weight or bias is not where it is.
        ValueError: the activation is not known, num_groups does not divide c, a parameter has the wrong size, there are
            fewer than two axes, or the batch has one image and its groups hold a single value each.
    """
    check_activation(activation)
    check_input(input, "group_norm", "(N, C, *)", least=2)
    device = input.device.type
    if input.dtype not in _SUMS or device not in ("cuda", "cpu") or (device == "cpu" and not _kernels().INTERPRETED):
        raise TypeError(
            "gn_edu.triton_norm takes float32, float16, bfloat16 and float64 on a CUDA device, and on the CPU where "
            f"TRITON_INTERPRET=1 is set before Triton is imported; got {input.dtype} on {input.device}. gn_edu.fast "
            "is for a CPU, and gn_edu.norms takes them all."
        )
    check_sizes(input, num_groups, weight, bias)
    if not input.numel():
        return input.clone()
    return _GroupNorm.apply(input, int(num_groups), weight, bias, eps, ACTIVATIONS[activation])


class GroupNorm(fast.GroupNorm):
    """gn_edu.norms.GroupNorm by the kernels, with the activation behind it. Arguments and state_dict as there."""

    norm = staticmethod(group_norm)
