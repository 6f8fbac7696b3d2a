"""W6, Figure 1 explorer: error against the number of images that a norm sees, the paper's and this book's."""

import traitlets as t

from gn_edu import paper
from gn_edu.records import RunRecord
from gn_edu.widgets.base import Widget, module, styles

SIZES = (2, 4, 8, 16, 32)


def _line(label: str, norm: str, points: list[dict]) -> dict:
    return {"label": label, "norm": norm, "points": points}


def _kind(record: RunRecord) -> tuple[str, bool]:
    return record.config.network.norm, record.config.network.ws


def _ours(records: list[RunRecord], size_of) -> list[dict]:
    """Lines of errors by size, seed by seed: batch norm as trained and with statistics measured anew, group norm."""
    ends = {
        "BN": ("bn", False, lambda result: result.accuracy),
        "BN, statistics measured anew": ("bn", False, lambda result: result.accuracy_reestimated),
        "BN + WS": ("bn", True, lambda result: result.accuracy),
        "GN": ("gn", False, lambda result: result.accuracy),
        "GN + WS": ("gn", True, lambda result: result.accuracy),
    }
    lines = []
    for label, (norm, ws, accuracy) in ends.items():
        points = []
        for size in SIZES:
            # Group norm never looks at a second image: one set of runs stands for every size of the norm's batch.
            runs = [r for r in records if _kind(r) == (norm, ws) and size_of(r.config) in (size, None)]
            if runs:
                errors = {r.config.seed: round(100 - accuracy(r.result), 2) for r in runs}
                updates = runs[0].result.images // runs[0].config.data.batch
                points.append({"x": size, "errors": errors, "updates": updates})
        if points:
            lines.append(_line(label, norm, points))
    return lines


def _provenance(records: list[RunRecord]) -> dict:
    first = records[0]
    counts = {
        "runs": len(records),
        "seeds": len({record.config.seed for record in records}),
        "images": first.config.data.n_train,
        "epochs": first.result.epochs,
        "data": first.provenance.data,
    }
    # A sweep that grew has more than one commit.
    kept = {
        key: ", ".join(sorted({getattr(record.provenance, key) for record in records}))
        for key in ("device", "torch", "commit", "date")
    }
    return counts | kept


class FigureOne(Widget):
    """Shows error against batch size: one cause alone, the paper's protocol repeated, and the paper.

    Args:
        ghost: records of gn_edu/results/ghost.toml.
        equal_epochs: records of gn_edu/results/equal_epochs.toml; without them that figure is left out.
        shown: "cause", "protocol" or "paper".
        size: the number of images that the read-out is about.
        relative: whether the gap is given in per cent of batch norm's error instead of points.
    """

    _esm = module("figure_one")
    _css = styles("figure_one")
    figures = t.Dict().tag(sync=True)
    shown = t.Enum(["cause", "protocol", "paper"], "cause").tag(sync=True)
    size = t.Enum(list(SIZES), 2).tag(sync=True)
    relative = t.Bool(False).tag(sync=True)
    hidden = t.List(t.Unicode()).tag(sync=True)

    def __init__(self, ghost: list[RunRecord], equal_epochs: list[RunRecord], **traits):
        if not ghost:
            raise ValueError("ghost must hold the records of gn_edu/results/ghost.toml, got none")
        table2 = paper.table("table2")
        theirs = []
        for name, values in table2.rows.items():
            by_size = reversed(list(zip(table2.columns, values, strict=True)))
            points = [{"x": int(size), "errors": {"paper": value}, "updates": None} for size, value in by_size]
            theirs.append(_line(name, name.lower(), points))
        cause = _ours(ghost, lambda config: config.network.norm_batch if config.network.norm == "bn" else None)
        figures = {"cause": {"lines": cause, "source": _provenance(ghost)}}
        if equal_epochs:
            protocol = _ours(equal_epochs, lambda config: config.data.batch)
            figures["protocol"] = {"lines": protocol, "source": _provenance(equal_epochs)}
        figures["paper"] = {"lines": theirs, "source": {"table": table2.source, "unit": table2.unit}}
        if traits.get("shown", "cause") not in figures:
            raise ValueError(f"shown must be one of {', '.join(figures)}; got {traits['shown']!r}")
        super().__init__(figures=figures, **traits)

    def describe(self) -> str:
        lines = ", ".join(line["label"] for line in self.figures[self.shown]["lines"])
        return f"FigureOne: {self.shown}, {lines}; gap at {self.size} images"
