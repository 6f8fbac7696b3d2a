"""W6, Figure 1 explorer: error against the number of images that a norm sees, the paper's and this book's."""

import traitlets as t

from gn_edu import paper
from gn_edu.records import RunRecord
from gn_edu.widgets.base import Widget, module, styles

SIZES = (2, 4, 8, 16, 32)


# Batch norm as trained, batch norm with statistics measured anew, group norm; each without and with WS.
KINDS = (
    ("BN", "bn", False, False),
    ("BN, statistics measured anew", "bn", False, True),
    ("GN", "gn", False, False),
    ("BN + WS", "bn", True, False),
    ("BN + WS, statistics measured anew", "bn", True, True),
    ("GN + WS", "gn", True, False),
)


def _ours(records: list[RunRecord], size_of) -> list[dict]:
    """Lines of errors by size, seed by seed. Weight standardization counts where both norms were run with it."""
    ran = {(network.norm, network.ws) for network in (record.config.network for record in records)}
    both_with_ws = {("bn", True), ("gn", True)} <= ran
    lines = []
    for label, norm, ws, anew in KINDS:
        if ws and not both_with_ws:
            continue
        points = []
        for size in SIZES:
            # Group norm never looks at a second image: one set of runs stands for every size of the norm's batch.
            runs = [
                r
                for r in records
                if (r.config.network.norm, r.config.network.ws) == (norm, ws) and size_of(r.config) in (size, None)
            ]
            if runs:
                updates = runs[0].result.images // runs[0].config.data.batch
                points.append({"x": size, "errors": _errors(runs, anew), "updates": updates})
        if points:
            lines.append({"label": label, "norm": norm, "ws": ws, "anew": anew, "points": points})
    return lines


def _errors(runs: list[RunRecord], anew: bool) -> dict[int, float]:
    """Test error in per cent, by seed."""
    accuracies = {r.config.seed: r.result.accuracy_reestimated if anew else r.result.accuracy for r in runs}
    return {seed: round(100 - accuracy, 2) for seed, accuracy in accuracies.items() if accuracy is not None}


def _theirs(table: paper.Table) -> list[dict]:
    """The paper's two lines."""
    lines = []
    for name, values in table.rows.items():
        by_size = reversed(list(zip(table.columns, values, strict=True)))
        points = [{"x": int(size), "errors": {"paper": value}, "updates": None} for size, value in by_size]
        lines.append({"label": name, "norm": name.lower(), "ws": False, "anew": False, "points": points})
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
    """Shows error against batch size: the paper's figure, ours with one change, ours in the paper's way.

    Batch Norm is always compared with Group Norm alike: both with weight standardization, or both without.

    Args:
        ghost: records of gn_edu/results/ghost.toml.
        equal_epochs: records of gn_edu/results/equal_epochs.toml; without them that figure is left out.
        shown: "paper"; "cause", where only the images change that Batch Norm averages over; or "protocol", where the
            batch changes as in the paper.
        size: the number of images that the chart is read at.
        relative: whether the gap is given in per cent of Batch Norm's error instead of points.
        ws: whether ours are drawn with weight standardization, where both norms were run with it.
        anew: whether Batch Norm with statistics measured anew is drawn as well.
    """

    _esm = module("figure_one")
    _css = styles("figure_one")
    figures = t.Dict().tag(sync=True)
    shown = t.Enum(["paper", "cause", "protocol"], "paper").tag(sync=True)
    size = t.Enum(list(SIZES), 2).tag(sync=True)
    relative = t.Bool(False).tag(sync=True)
    ws = t.Bool(True).tag(sync=True)
    anew = t.Bool(False).tag(sync=True)

    def __init__(self, ghost: list[RunRecord], equal_epochs: list[RunRecord], **traits):
        if not ghost:
            raise ValueError("ghost must hold the records of gn_edu/results/ghost.toml, got none")
        table2 = paper.table("table2")
        figures = {"paper": {"lines": _theirs(table2), "source": {"table": table2.source, "unit": table2.unit}}}
        cause = _ours(ghost, lambda config: config.network.norm_batch if config.network.norm == "bn" else None)
        figures["cause"] = {"lines": cause, "source": _provenance(ghost)}
        if equal_epochs:
            protocol = _ours(equal_epochs, lambda config: config.data.batch)
            figures["protocol"] = {"lines": protocol, "source": _provenance(equal_epochs)}
        if traits.get("shown", "paper") not in figures:
            raise ValueError(f"shown must be one of {', '.join(figures)}; got {traits['shown']!r}")
        super().__init__(figures=figures, **traits)

    def describe(self) -> str:
        lines = self.figures[self.shown]["lines"]
        ws = self.ws and any(line["ws"] for line in lines)
        drawn = [line["label"] for line in lines if line["ws"] == ws and (self.anew or not line["anew"])]
        return f"FigureOne: {self.shown}, {', '.join(drawn)}; read at {self.size} images"
