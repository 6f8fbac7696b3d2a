"""How much the filters of a layer are alike: their correlations, small enough for a record."""

import base64

import numpy as np
import torch
from torch import Tensor, nn

from gn_edu.nets import Conv3x3


@torch.no_grad()
def filter_correlations(model: nn.Module) -> list[Tensor]:
    """For each 3 x 3 convolution, the correlation of each two of its filters, (out, out), read as flat vectors.

    A filter whose weights are all the same has correlation 0 with every other.
    """
    found = []
    for layer in model.modules():
        if isinstance(layer, Conv3x3):
            rows = layer.weight.flatten(1).float().cpu()
            rows = rows - rows.mean(1, keepdim=True)
            rows = rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-12)
            found.append(rows @ rows.T)
    return found


def packed(correlations: Tensor) -> str:
    """A correlation matrix as text: hundredths above the diagonal, row by row, each a signed byte, in base64."""
    above = torch.triu_indices(len(correlations), len(correlations), offset=1)
    hundredths = (100 * correlations[above[0], above[1]]).round().to(torch.int8)
    return base64.b64encode(hundredths.numpy().tobytes()).decode()


def unpacked(text: str) -> Tensor:
    """The matrix that `packed` made into this text, to hundredths."""
    hundredths = np.frombuffer(base64.b64decode(text), dtype=np.int8)
    size = round((1 + (1 + 8 * len(hundredths)) ** 0.5) / 2)
    matrix = torch.eye(size)
    above = torch.triu_indices(size, size, offset=1)
    matrix[above[0], above[1]] = torch.from_numpy(hundredths.copy()).float() / 100
    return matrix.triu() + matrix.triu(1).T
