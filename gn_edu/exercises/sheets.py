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


ALL = (*EXERCISES.values(), sheet4_backward.BACKWARD_PASS)
# The checks by name; two take more than a function.
CHECKS: dict[str, Callable[..., Report]] = {exercise.check_name: exercise.checker() for exercise in ALL}
CHECKS |= {check.__name__: check for check in (check_one_group, check_group_norm)}
