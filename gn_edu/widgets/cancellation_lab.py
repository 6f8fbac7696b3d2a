"""W5, "where do the digits go?": four variance formulas over recorded float32 and float16 results."""

import traitlets as t

from gn_edu.records import measured
from gn_edu.widgets.base import Widget, module, styles


class CancellationLab(Widget):
    """Shows what four formulas make of the variance of 256 values around an offset.

    Args:
        dtype: "float32" or "float16".
        offset: one of the recorded offsets.
        seed: which of the recorded draws, from 0.
    """

    _esm = module("cancellation_lab")
    _css = styles("cancellation_lab")
    data = t.Dict().tag(sync=True)
    dtype = t.Enum(["float32", "float16"], "float32").tag(sync=True)
    offset = t.Int(0, min=0).tag(sync=True)
    seed = t.Int(0, min=0).tag(sync=True)

    def __init__(self, **traits):
        record = measured("cancellation")
        super().__init__(data={key: record[key] for key in ("m", "eps", "rows")}, **traits)
        self._row()

    def _row(self) -> dict:
        at = {"dtype": self.dtype, "offset": self.offset, "seed": self.seed}
        found = [row for row in self.data["rows"] if all(row[key] == value for key, value in at.items())]
        if not found:
            offsets = sorted({row["offset"] for row in self.data["rows"] if row["dtype"] == self.dtype})
            raise ValueError(f"nothing is recorded for {at}; the offsets of {self.dtype} are {offsets}")
        return found[0]

    def describe(self) -> str:
        row = self._row()
        return (
            f"CancellationLab: {self.dtype}, offset {self.offset}, draw {self.seed + 1}: variance {row['true']:.4f}, "
            f"E[x^2] - E[x]^2 gives {row['naive']}"
        )
