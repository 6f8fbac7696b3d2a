"""Bytes are counted as a hand counts them: what an operation takes and gives, once each, and views for nothing."""

import torch
from torch.nn import functional as F

from gn_edu.traffic import count

X = torch.randn(2, 4, 6, 6)
SIZE = X.numel() * 4


def moved(function, *arguments):
    found = count(function, *arguments)
    return found.read / SIZE, found.written / SIZE, found.operations


def test_an_operation_reads_what_it_takes_and_writes_what_it_gives():
    assert moved(torch.relu, X) == (1, 1, ("relu",))
    assert moved(torch.add, X, X + 1) == (2, 1, ("add",))
    assert moved(torch.square, X)[:2] == (1, 1) and moved(torch.mul, X, X)[:2] == (1, 1)  # the same tensor, once
    read, written, names = moved(lambda: F.silu(F.group_norm(X, 2)))
    assert names == ("native_group_norm", "silu") and read == 2 and written == 2 + 2 * 2 * 2 * 4 / SIZE


def test_a_view_moves_nothing_and_a_repeated_value_is_there_once():
    assert moved(lambda: X.reshape(2, 2, -1).transpose(1, 2)[0]) == (0, 0, ())
    assert moved(torch.add, X, torch.ones(1).expand(2, 4, 6, 6))[:2] == (1 + 4 / SIZE, 1)
    assert moved(X.transpose(0, 1).reshape, 4, -1)[:2] == (1, 1)  # cannot be a view: it is copied


def test_half_the_bytes_in_half_precision_and_a_backward_pass_is_counted_too():
    half = X.bfloat16()
    assert count(torch.relu, half).total == SIZE
    x = X.clone().requires_grad_()
    found = count(lambda: torch.relu(x).backward(X))
    assert found.operations[:2] == ("relu", "threshold_backward") and found.total >= 5 * SIZE
