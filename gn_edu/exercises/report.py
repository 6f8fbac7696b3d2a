"""What a check answers; and how a check speaks that is written out, where no list of questions can say it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gn_edu.messages import tr


@dataclass(frozen=True)
class Report:
    """The answer of a check: passed or not, the names of the mistakes it recognised, and the text it printed.

    Checks of several cases also say how many of them `passed`, in `total`; `native` says that torch's own group norm
    ran, `detours` what else of torch did what the answer has to do; `picture` is an SVG that shows what the text says;
    `case` holds the arguments of the smallest case that failed.
    """

    ok: bool
    text: str
    mistakes: list[str] = field(default_factory=list)
    passed: int = 0
    total: int = 0
    native: bool = False
    picture: str = ""
    case: tuple = ()
    detours: tuple[str, ...] = ()

    def share(self, points: float, allow_torch: bool = False, detours: float = 1.0) -> float:
        """The part of the points that the cases passed are worth; none where torch's own group norm did the work.

        `detours` is what an answer counts, from 0 to 1, where another of torch's norms or its autograd did it.
        """
        if (self.native and not allow_torch) or not self.total:
            return 0.0
        return round(points * self.passed / self.total * (detours if self.detours else 1.0), 2)

    def _ipython_display_(self) -> None:
        """The picture: the text is already printed."""
        if self.picture:
            from IPython.display import SVG, display

            display(SVG(self.picture))


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
