"""What happens beside a reader's function: it is asked, and its answer is packed. Knows no right answers.

In a notebook this runs in the kernel; for grades it runs alone inside the sandbox. So it imports torch and numpy, and
nothing of this package. A packed value is JSON with the tensors' bytes behind it: nothing in it can be run.
"""

import contextlib
import io
import json
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

Net = TypeVar("Net", bound=nn.Module)
MOST_LETTERS = 400
DTYPES = {
    str(d).removeprefix("torch."): d
    for d in (
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.int32,
        torch.int64,
        torch.bool,
    )
}


@dataclass(frozen=True)
class Reply:
    """What a function answered: a value, or the name and the message of an error."""

    value: Any = None
    error: tuple[str, str] | None = None
    changed: bool = False  # an argument was changed in place
    ran: tuple[str, ...] = ()  # what of torch did work that an answer may have to do itself, some of WATCHED

    @property
    def native(self) -> bool:
        """Whether torch's own group norm ran."""
        return "group_norm" in self.ran


WATCHED = ("group_norm", "layer_norm", "batch_norm", "rms_norm", "autograd")  # instance norm runs as batch norm
refuse_group_norm = False  # the grader's: torch's own raises an error in an answer, where it would give NaN
_equal, _grad = torch.equal, torch.autograd.grad  # an answer may have put others in their place


class _Watch(TorchDispatchMode):
    """Notices torch's own norms, whichever way they are called, and its autograd."""

    def __init__(self):
        super().__init__()
        self.seen = set()


def _notice(self, func, types, args=(), kwargs=None):
    self.seen.update(name for name in WATCHED if name in func.__name__)
    if torch._C._current_autograd_node() is not None:
        self.seen.add("autograd")
    if refuse_group_norm and "group_norm" in func.__name__:
        raise RuntimeError("torch's own group norm is not at hand in a graded answer: write the operations out")
    return func(*args, **(kwargs or {}))


# Not in the body of the class: there torch would wrap it, so that the first call imports torch's compiler, for seconds.
_Watch.__torch_dispatch__ = _notice  # type: ignore[method-assign]  # see above


def _tensors(value):
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _tensors(item)


def _torch(value):
    """Arrays and numbers of numpy as tensors and numbers."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return torch.from_numpy(np.ascontiguousarray(value))
    if isinstance(value, np.generic):
        return value.item()
    return [_torch(item) for item in value] if isinstance(value, (tuple, list)) else value


def _copied(value):
    if isinstance(value, Tensor):
        return value.clone()  # which keeps the order in memory
    return [_copied(item) for item in value] if isinstance(value, (tuple, list)) else value


# ---- ways to ask; each takes the function and the arguments of the probe


def _gradients(f, seen, *args):
    """Gradients of (f(*args) * seen).sum() with respect to the float tensors among args."""
    args = [a.detach().clone().requires_grad_() if isinstance(a, Tensor) else a for a in args]
    leaves = [a for a in args if isinstance(a, Tensor)]
    return list(_grad((_torch(f(*args)) * seen).sum(), leaves, allow_unused=True))


def _item(f, k, *args):
    """One part of what f() gives; all of it where it has no such part."""
    value = f()
    try:
        return None if value is None else value[k]
    except (IndexError, KeyError, TypeError):
        return value


def _function(f, seen, *args):
    """The output of an autograd.Function and its gradients."""
    return [f.apply(*args), *_gradients(f.apply, seen, *args)]


class Centring(nn.Module):
    """For exercises about modes: x minus the mean of its channel, in evaluation a running one; or of its image."""

    running_mean: Tensor

    def __init__(self, channels: int, per_sample: bool):
        super().__init__()
        self.per_sample = per_sample
        self.register_buffer("running_mean", torch.zeros(channels, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        if self.per_sample:
            return x - x.mean((1, 2, 3), keepdim=True)
        mean = self.running_mean
        if self.training:
            mean = x.mean((0, 2, 3))
            self.running_mean = (0.9 * self.running_mean + 0.1 * mean).detach()
        return x - mean.view(1, -1, 1, 1)


def _layer(f, per_sample, running_mean, training, x):
    """f(layer, x) for a layer in the given state: what it returns, and the layer's state afterwards."""
    layer = Centring(x.shape[1], per_sample).train(training)
    layer.running_mean.copy_(running_mean)
    value = f(layer, x)
    return [value, layer.running_mean, layer.training]


def network(seed: int) -> nn.Module:
    """A small network in float32 with batch norm, its weights and its gamma and beta drawn from the seed."""
    torch.manual_seed(seed)
    inner = nn.Sequential(nn.Conv2d(48, 8, 1, bias=False), nn.BatchNorm2d(8))
    net = nn.Sequential(nn.Conv2d(3, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), inner)
    return draw_parameters(net)


def draw_parameters(net: Net) -> Net:
    """The network, gamma and beta of its batch norms drawn, as if it had been trained."""
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight)
            nn.init.normal_(layer.bias)
    return net


def _convert(f, seed, x):
    """f(net) for a network: its outputs in training, alone and in evaluation, and what is left of batch norm.

    In float64, whatever the types of the layers that f made.
    """
    net = f(network(seed))
    if net is None:
        return None
    net = net.double()
    together = net.train()(x)
    alone = torch.cat([net(image[None]) for image in x])
    left = sum(isinstance(layer, nn.BatchNorm2d) for layer in net.modules())
    return [together, alone, net.eval()(x), left, len(list(net.buffers()))]


ASK: dict[str, Callable] = {
    "call": lambda f, *args: f(*args),
    "item": _item,
    "gradients": _gradients,
    "function": _function,
    "layer": _layer,
    "convert": _convert,
}


def ask(f, how, args) -> Reply:
    """Ask a reader's function once; whatever it does short of ending the process becomes a reply.

    `how` is a name of ASK, or such a function.
    """
    given, args = list(_tensors(args)), _copied(args)
    watch = _Watch()
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"), watch:
            value = _torch((how if callable(how) else ASK[how])(f, *args))
    except Exception as error:  # a reader's function may raise anything
        return Reply(error=(type(error).__name__, str(error)[:MOST_LETTERS]), ran=_ran(watch, how))
    changed = any(a.shape != b.shape or not _equal(a, b) for a, b in zip(_tensors(args), given, strict=True))
    return Reply(value=value, changed=changed, ran=_ran(watch, how))


def _ran(watch: _Watch, how) -> tuple[str, ...]:
    """What was seen, but for autograd where the question itself calls it."""
    return tuple(name for name in WATCHED if name in watch.seen and (how == "call" or name != "autograd"))


# ---- to bytes and back


def _plain(value, parts: list[bytes]):
    if isinstance(value, Tensor):
        value = value.detach().cpu()
        dtype = str(value.dtype).removeprefix("torch.")
        if dtype not in DTYPES or value.layout != torch.strided:
            return {"other": f"a tensor of {dtype}"}
        parts.append(value.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        return {"shape": list(value.shape), "stride": list(value.stride()), "dtype": dtype}
    if isinstance(value, (tuple, list)):
        return {"items": [_plain(item, parts) for item in value]}
    if isinstance(value, bool) or value is None:
        return {"is": value}
    if isinstance(value, (int, float, str)):  # numbers as text: JSON has no infinity, and 64-bit ints must stay exact
        return {"type": type(value).__name__, "is": str(value)[:MOST_LETTERS]}
    return {"other": f"a {type(value).__name__}"}


def pack(value) -> bytes:
    """Numbers, strings, tensors, and tuples and lists of them; anything else is only named."""
    parts: list[bytes] = []
    head = json.dumps(_plain(value, parts)).encode()
    return struct.pack("<I", len(head)) + head + b"".join(parts)


AT_THE_END = 2**32 - 1  # in place of a cell's number: after all cells


def framed(data: bytes) -> bytes:
    """Bytes with their length before them, as all are sent."""
    return struct.pack("<I", len(data)) + data


class Other(str):
    """Stands for a value that can't be sent: what it was."""


def unpack(data: bytes, most: int = 2**24):
    """The value of `pack`. The bytes may come from anywhere.

    Raises:
        ValueError: they are not what pack writes, or are more than `most`.
    """
    try:
        if len(data) > most:
            raise ValueError("too long")
        (size,) = struct.unpack_from("<I", data)
        rest = memoryview(data)[4 + size :]
        value, rest = _value(json.loads(data[4 : 4 + size]), rest, depth=0)
        if len(rest):
            raise ValueError("bytes left over")
        return value
    except (
        struct.error,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RuntimeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise ValueError(f"not a packed value: {error}") from error


def _value(head, rest: memoryview, depth: int):
    if depth > 4:
        raise ValueError("nested too deep")
    if "shape" in head:
        dtype, shape, stride = DTYPES[head["dtype"]], head["shape"], head["stride"]
        if not all(type(n) is int and n >= 0 for n in (*shape, *stride)) or len(shape) != len(stride) or len(shape) > 8:
            raise ValueError("a shape is a list of a few whole numbers")
        count = dtype.itemsize
        for n in shape:
            count *= n
        if count > len(rest):
            raise ValueError("bytes are missing")
        if not count:
            return torch.empty(shape, dtype=dtype), rest
        flat = torch.frombuffer(bytearray(rest[:count]), dtype=torch.uint8).view(dtype).reshape(shape)
        if stride != list(flat.stride()):
            # Only orders of memory that hold each number once.
            order = sorted(range(len(shape)), key=lambda i: -stride[i])
            flat = flat.permute(order).contiguous().permute([order.index(i) for i in range(len(shape))])
        return flat, rest[count:]
    if "items" in head:
        if len(head["items"]) > 1000:
            raise ValueError("too many items")
        items = []
        for item in head["items"]:
            value, rest = _value(item, rest, depth + 1)
            items.append(value)
        return items, rest
    if "other" in head:
        return Other(str(head["other"])[:80]), rest
    if "type" in head:
        kind = {"int": int, "float": float, "str": str}[head["type"]]
        if type(head["is"]) is not str or len(head["is"]) > MOST_LETTERS:
            raise ValueError("a number or a text of at most 400 letters")
        return kind(head["is"]), rest
    if not any(head["is"] is known for known in (True, False, None)):  # 1 == True, and a tensor may compare with both
        raise ValueError("neither true, false nor null")
    return head["is"], rest


def pack_reply(reply: Reply) -> bytes:
    """A reply as bytes."""
    error = list(reply.error) if reply.error else None
    return pack([reply.value, error, reply.changed, list(reply.ran)])


def unpack_reply(data: bytes) -> Reply:
    """The reply that bytes hold.

    Raises:
        ValueError: they hold none.
    """
    value = unpack(data)
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError("not a reply")
    value, error, changed, ran = value
    if error is not None and not (isinstance(error, list) and len(error) == 2 and all(type(e) is str for e in error)):
        raise ValueError("not an error")
    if type(changed) is not bool:
        raise ValueError("whether an argument was changed is true or false")
    if type(ran) is not list or not all(type(name) is str and name in WATCHED for name in ran):
        raise ValueError("not what ran")
    return Reply(value, tuple(error) if error else None, changed, tuple(ran))
