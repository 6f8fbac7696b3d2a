"""Files of tensors, whole or not at all: the state of a run that goes on after a kill, and the trained weights."""

import os
from pathlib import Path

import torch


def save(value, path: Path) -> None:
    """Write tensors, numbers and what holds them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.part")
    torch.save(value, scratch)
    os.replace(scratch, path)


def load(path: Path, device: torch.device) -> dict:
    """Read what `save` wrote; its tensors lie on the device."""
    return torch.load(path, map_location=device, weights_only=True)


def tidy(path: Path) -> None:
    """Remove what a run that was killed while it wrote left beside `path`."""
    for scratch in path.parent.glob(f"{path.stem}.*.part"):
        scratch.unlink()
