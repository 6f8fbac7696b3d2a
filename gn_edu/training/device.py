"""What depends on the machine: the device, its precision, its threads, and what it has compiled."""

from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn

from gn_edu.config import ComputeConfig, NetConfig


def choose_device() -> torch.device:
    """A CUDA GPU, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def choose_precision(config: ComputeConfig, device: torch.device) -> torch.dtype:
    """The precision of the settings; "auto" is bfloat16 on a device that multiplies it in hardware, else float32."""
    if config.precision != "auto":
        return getattr(torch, config.precision)
    fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        fast = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return torch.bfloat16 if fast else torch.float32


def lower_precision(device: torch.device, precision: torch.dtype):
    """The context in which a network computes in `precision`."""
    return nullcontext() if precision == torch.float32 else torch.autocast(device.type, precision)


@contextmanager
def cpu_threads(config: ComputeConfig, device: torch.device):
    """The context in which a CPU computes with as many threads as the settings say; afterwards with as many as before.

    A GPU's run leaves the CPU's threads alone.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(config.threads if device.type == "cpu" else before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def forget_peak_memory(device: torch.device) -> None:
    """Count peak_memory_mb from here on; on a CPU only Linux can."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        return
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def peak_memory_mb(device: torch.device) -> float | None:
    """The most memory that was in use: a GPU's tensors, or the whole process on Linux; None elsewhere."""
    if device.type == "cuda":
        return round(torch.cuda.max_memory_allocated() / 2**20, 1)
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmHWM")), None)


def kept_near(device: torch.device, *tensors: Tensor) -> tuple[Tensor, ...]:
    """Tensors that are read all the time: on a GPU they lie in its own memory."""
    return tuple(t.to(device) for t in tensors) if device.type == "cuda" else tensors


def steps_a_look(device: torch.device) -> int:
    """After how many steps to look at the loss: to look at what a GPU has not computed yet is to wait for it."""
    return 1 if device.type == "cpu" else 25


# Compiling takes a minute: once for each kind of network.
_compiled: dict[tuple, tuple[nn.Module, Callable[[Tensor], Tensor]]] = {}


def compiled(
    model: nn.Module, config: NetConfig, device: torch.device, precision: torch.dtype
) -> tuple[nn.Module, Callable[[Tensor], Tensor]]:
    """A network with the weights of `model`, and the same compiled: those of an earlier call with the same settings."""
    key = (config, device, precision)
    if key not in _compiled:
        _compiled[key] = model, torch.compile(model)
    _compiled[key][0].load_state_dict(model.state_dict())
    return _compiled[key]
