"""What a check answers."""

from dataclasses import dataclass, field


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
