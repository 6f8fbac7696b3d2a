"""All exercises of the sheets, and their checks."""

from collections.abc import Callable, Sequence

from gn_edu.exercises import sheet1_sets, sheet2_forward, sheet3_inputs, sheet4_backward, sheet5_network
from gn_edu.exercises.exercise import Exercise
from gn_edu.exercises.report import Report

# The exercises of each sheet; and all by name, easy to hard.
SHEETS = tuple(module.SHEET for module in (sheet1_sets, sheet2_forward, sheet3_inputs, sheet4_backward, sheet5_network))
EXERCISES: dict[str, Exercise] = {exercise.name: exercise for sheet in SHEETS for exercise in sheet}


def check_one_group(f: Callable, values: Sequence[int]) -> Report:
    """Check f() -> (mean, variance, list of x_hat) of the numbers `values`, two decimals are enough."""
    return sheet1_sets.EX03.check(f, probes=sheet1_sets.parts_of(list(values)))


def check_group_norm(f: Callable, strict: bool = False) -> Report:
    """Check f(x, num_groups, weight=None, bias=None, eps=1e-5) against what torch's group norm can do.

    x has the shape (n, c, *) and may lie in memory in any order; so may the answer. A function without gradients may
    pass, as one written with NumPy. Strict: gradients must come back to x, weight and bias, and groups that do not
    divide c must raise an error. What becomes of an empty batch is remarked upon, and not counted.
    """
    return (sheet3_inputs.EX09 if strict else sheet3_inputs.LENIENT).check(f)


_MORE = {check.__name__: check for check in (check_one_group, check_group_norm)}  # that take more than a function
_ALL = [*EXERCISES.values(), sheet4_backward.BACKWARD_PASS]
globals().update({e.check_name: _MORE.get(e.check_name) or e.checker() for e in _ALL})
__all__ = ["EXERCISES", "SHEETS", *(exercise.check_name for exercise in _ALL)]
