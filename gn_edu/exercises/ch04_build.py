"""Checks of chapter 4: a complete group norm, and a test that no broken one passes."""

from collections.abc import Callable
from dataclasses import replace

from torch.nn import functional as F

from gn_edu.exercises.exercise import Exercise
from gn_edu.exercises.report import Report, answer
from gn_edu.exercises.sheet3_inputs import EX09
from gn_edu.exercises.wrong_norms import MUTANTS
from gn_edu.messages import tr
from gn_edu.norms import group_norm as ours


def check_accepts(accepts: Callable) -> Report:
    """Check a test accepts(group_norm) -> bool: true for a right group norm, false for each of the eleven mutants."""

    def takes(layer):
        try:
            return bool(accepts(layer)), None
        except NotImplementedError:
            raise
        except Exception as error:  # a test may fail by an error
            return False, error

    try:
        for name, right in ((tr("torch's group norm"), F.group_norm), (tr("this book's group norm"), ours)):
            passed, error = takes(right)
            if not passed:
                why = (
                    tr(" It raised {kind}: {error}", kind=type(error).__name__, error=error)
                    if error
                    else tr(" Is a tolerance too small?")
                )
                text = tr("Not yet: your test refuses {name}, which is right.{why}", name=name, why=why)
                return answer(False, text, ["refuses-the-right-one"])
    except NotImplementedError:
        return answer(False, tr("Not attempted yet."))
    alive = [name for name, mutant in MUTANTS.items() if takes(mutant)[0]]
    caught = len(MUTANTS) - len(alive)
    if alive:
        hints = {
            "one-pass-variance": tr("What does it get wrong when the values lie around 300, in float32?"),
            "view-error": tr("Which memory format does it refuse?"),
            "detached-statistics": tr("Its outputs are right. What else can you compare?"),
        }
        hint = hints.get(alive[0], tr("Use small maps, values near 0.01, random weight and bias."))
        text = tr(
            "Not yet: your test catches {caught} of {all}. Still alive: {alive}. {hint}",
            caught=caught,
            all=len(MUTANTS),
            alive=", ".join(alive),
            hint=hint,
        )
        return answer(False, text, alive)
    return answer(True, tr("Right: your test catches all {all} and lets the right ones pass.", all=len(MUTANTS)))


GROUP_NORM = replace(
    EX09,
    name="4.1",
    title="the complete function",
    level="medium",
    minutes=15,
    points=0,
)
ACCEPTS = Exercise(
    name="4.2",
    title="kill the mutants",
    level="hard",
    minutes=15,
    function="accepts",
    takes="a test accepts(group_norm) -> bool: true for a right group norm, false for each of the eleven mutants.",
    own=check_accepts,
    needs="gradients",
)
EXERCISES = (GROUP_NORM, ACCEPTS)
check_group_norm = GROUP_NORM.checker()
