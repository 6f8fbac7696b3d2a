"""What the chapters' checks share: how they answer, and how they call a reader's function."""

from collections.abc import Callable

from gn_edu.exercises.differences import side_by_side
from gn_edu.exercises.report import Report
from gn_edu.messages import tr

__all__ = ["Report", "answer", "call", "side_by_side"]


def answer(ok: bool, text: str, mistakes: list[str] | None = None) -> Report:
    """Print the text and return the report."""
    print(text)
    return Report(ok, text, mistakes or [])


def call(f: Callable, *args) -> tuple[object, Report | None]:
    """f(*args), or the report that says why there is no result."""
    try:
        result = f(*args)
    except NotImplementedError:
        return None, answer(False, tr("Not attempted yet."))
    except Exception as error:  # a reader's function may raise anything
        return None, answer(
            False, tr("Not yet: your function raised {kind}: {error}", kind=type(error).__name__, error=error)
        )
    if result is None:
        return None, answer(False, tr("Not yet: your function returned None. Is there a return?"), ["missing-return"])
    return result, None
