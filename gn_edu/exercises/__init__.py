"""Checks that say which mistake was made: for the sixteen exercises of notebooks/exercises, and for the chapters.

Every check takes the reader's function, prints what it found and returns a Report.
"""

from collections.abc import Callable, Sequence

from gn_edu.exercises import sheet1_sets, sheet2_forward, sheet3_inputs, sheet4_backward, sheet5_network
from gn_edu.exercises._check import Report
from gn_edu.exercises.probes import Exercise

# The exercises of each sheet; and all by name, easy to hard.
SHEETS = tuple(module.SHEET for module in (sheet1_sets, sheet2_forward, sheet3_inputs, sheet4_backward, sheet5_network))
EXERCISES: dict[str, Exercise] = {exercise.name: exercise for sheet in SHEETS for exercise in sheet}


def check_count_means(f: Callable) -> Report:
    """Check f(n, c, h, w, num_groups) -> int, how many means group norm computes."""
    return sheet1_sets.EX01.check(f)


def check_group_of(f: Callable) -> Report:
    """Check f(channel, num_channels, num_groups) -> int, all counted from 0."""
    return sheet1_sets.EX02.check(f)


def check_one_group(f: Callable, values: Sequence[int]) -> Report:
    """Check f() -> (mean, variance, list of x_hat) of the numbers `values`, two decimals are enough."""
    return sheet1_sets.EX03.check(f, probes=sheet1_sets.parts_of(list(values)))


def check_normalize(f: Callable) -> Report:
    """Check f(x, eps) for x of shape (m,), one group."""
    return sheet2_forward.EX04.check(f)


def check_group_norm_4d(f: Callable) -> Report:
    """Check f(x, num_groups, eps) for x of shape (n, c, h, w)."""
    return sheet2_forward.EX05.check(f)


def check_group_norm_affine(f: Callable) -> Report:
    """Check f(x, num_groups, weight, bias, eps) for x of shape (n, c, h, w), weight and bias of shape (c,)."""
    return sheet2_forward.EX06.check(f)


def check_group_norm_any_rank(f: Callable) -> Report:
    """Check f(x, num_groups, weight, bias, eps) for x of shape (n, c, *)."""
    return sheet3_inputs.EX07.check(f)


def check_group_norm_any_memory(f: Callable) -> Report:
    """Check f(x, num_groups, weight, bias, eps) for x of shape (n, c, h, w) that need not lie in order in memory."""
    return sheet3_inputs.EX08.check(f)


def check_group_norm(f: Callable, strict: bool = False) -> Report:
    """Check f(x, num_groups, weight=None, bias=None, eps=1e-5) against what torch's group norm can do.

    x has the shape (n, c, *) and may lie in memory in any order; so may the answer. A function without gradients may
    pass, as one written with NumPy. Strict: gradients must come back to x, weight and bias, and groups that do not
    divide c must raise an error. What becomes of an empty batch is remarked upon, and not counted.
    """
    return (sheet3_inputs.EX09 if strict else sheet3_inputs.LENIENT).check(f)


def check_choose_groups(f: Callable) -> Report:
    """Check f(channels, group_size, most) -> int; group_size may be None."""
    return sheet3_inputs.EX10.check(f)


def check_group_stats(f: Callable) -> Report:
    """Check f(x, num_groups) -> (mean, variance), each (n, num_groups), for x in any float type."""
    return sheet4_backward.EX11.check(f)


def check_group_norm_dx(f: Callable) -> Report:
    """Check f(dy, x, num_groups, weight, bias, eps) -> dx."""
    return sheet4_backward.EX12.check(f)


def check_group_norm_dparams(f: Callable) -> Report:
    """Check f(dy, x, num_groups, weight, bias, eps) -> (dweight, dbias)."""
    return sheet4_backward.EX13.check(f)


def check_group_norm_backward(f: Callable) -> Report:
    """Check f(dy, x, num_groups, weight, bias, eps) -> (dx, dweight, dbias), x of shape (n, c, *)."""
    return sheet4_backward.BACKWARD_PASS.check(f)


def check_autograd_function(function: type) -> Report:
    """Check a torch.autograd.Function whose apply takes (x, num_groups, weight, bias, eps)."""
    return sheet4_backward.EX14.check(function)


def check_train_eval_gap(f: Callable) -> Report:
    """Check f(layer, x) -> float, the largest change of an output from training to evaluation."""
    return sheet5_network.EX15.check(f)


def check_convert(f: Callable) -> Report:
    """Check f(net) -> net without batch norm: 8 groups everywhere, gamma and beta kept.

    f is given a network in float32; what it returns is asked in float64.
    """
    return sheet5_network.EX16.check(f)
