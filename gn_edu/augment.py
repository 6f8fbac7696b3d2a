"""From uint8 pictures to a network's input, mirrored and shifted."""

import torch
from torch import Tensor
from torch.nn import functional as F

# Per-channel mean and standard deviation of CIFAR-10's training pixels, of 255.
PIXEL_MEAN = torch.tensor([125.3, 123.0, 113.9]).view(1, 3, 1, 1)
PIXEL_STD = torch.tensor([63.0, 62.1, 66.7]).view(1, 3, 1, 1)


def to_input(images: Tensor) -> Tensor:
    """uint8 (n, 3, 32, 32) to float32 in channels_last order, mean near 0 and standard deviation near 1."""
    x = (images.float() - PIXEL_MEAN.to(images.device)) / PIXEL_STD.to(images.device)
    return x.contiguous(memory_format=torch.channels_last)


def augment(x: Tensor, generator: torch.Generator, shift: int = 2, mirror: bool = True) -> Tensor:
    """Mirror half of the images, if `mirror`, and move each by up to `shift` pixels, edges reflected."""
    n, device = len(x), x.device
    flip = torch.rand(n, generator=generator).lt(0.5).to(device)
    move = torch.randint(0, 2 * shift + 1, (2, n), generator=generator).to(device)
    if mirror:
        x = torch.where(flip[:, None, None, None], x.flip(3), x)
    windows = F.pad(x, (shift,) * 4, mode="reflect").unfold(2, 32, 1).unfold(3, 32, 1)
    x = windows[torch.arange(n, device=device), :, move[0], move[1]]
    return x.contiguous(memory_format=torch.channels_last)
