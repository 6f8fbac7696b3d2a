"""Several processes, each with a part of one batch, average their gradients: what data parallel training does.

They talk through gloo, on one machine, as DistributedDataParallel would have them do.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.multiprocessing.spawn import spawn
from torch.nn import functional as F

Norm = Callable[[Tensor], Tensor]
NORMS: dict[str, Norm] = {
    "group norm": lambda h: F.group_norm(h, 4),
    "batch norm": lambda h: F.batch_norm(h, None, None, training=True),
}


def gradient(norm: Norm, images: Tensor) -> Tensor:
    """The gradient of one convolution's weights: (16, 16, 3, 3), of the mean over `images`, (n, 16, h, w)."""
    weights = torch.randn(16, 16, 3, 3, generator=torch.Generator().manual_seed(1), dtype=images.dtype)
    loss = norm(F.conv2d(images, weights.requires_grad_())).pow(3).mean()
    return torch.autograd.grad(loss, weights)[0]


def of_my_part(rank: int, processes: int, folder: str) -> None:
    """What each process does: meet the others, take a part of the batch, average the gradients."""
    if sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    meeting = (Path(folder) / "meeting").as_uri()
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=processes)
    images = torch.load(f"{folder}/images.pt").chunk(processes)[rank]
    mine = {name: gradient(norm, images) for name, norm in NORMS.items()}
    for name in mine:
        dist.all_reduce(mine[name])  # the sum over all processes
        mine[name] /= processes
    if rank == 0:
        torch.save(mine, f"{folder}/gradients.pt")
    dist.destroy_process_group()


def averaged_gradients(images: Tensor, processes: int = 2) -> dict[str, Tensor]:
    """The gradients under each of NORMS, as `processes` processes get them together; a part of the batch each.

    Args:
        images: (n, 16, h, w), n a multiple of `processes`.

    Raises:
        ValueError: the images cannot be dealt out evenly.
    """
    if processes < 1 or len(images) % processes or not len(images):
        raise ValueError(f"each process gets as many images; got {len(images)} images for {processes} processes")
    with tempfile.TemporaryDirectory() as folder:
        torch.save(images, Path(folder) / "images.pt")
        spawn(of_my_part, (processes, folder), nprocs=processes)
        return torch.load(Path(folder) / "gradients.pt")
