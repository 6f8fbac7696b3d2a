"""The run browser: recorded runs by experiment, their test error by epoch, and what their norm layers did."""

import traitlets as t

from gn_edu.config import NORMS, NetConfig
from gn_edu.records import RunRecord
from gn_edu.training.layer_statistics import MEASURES
from gn_edu.widgets.base import Widget, module, styles


def _label(network: NetConfig) -> str:
    """What tells the lines of one experiment apart: norm, weight standardization, gamma at the start."""
    label = network.norm.upper() if network.norm != "none" else "no norm"
    return label + (" + WS" if network.ws else "") + (", γ = 0" if network.zero_gamma else "")


class RunBrowser(Widget):
    """Shows recorded runs.

    Args:
        experiments: title to the records of one experiment; runs with the same norm settings form a line.
        experiment: index of the chosen title.
        measure: "error", or one of gn_edu.training.layer_statistics.MEASURES.
        epoch: of the layers' numbers, from 1; the last one if none is given.
        hidden: labels of the lines that are not drawn.
    """

    _esm = module("run_browser")
    _css = styles("run_browser")
    experiments: t.List = t.List().tag(sync=True)
    experiment = t.Int(0, min=0).tag(sync=True)
    measure = t.Enum(["error", *MEASURES], "error").tag(sync=True)
    epoch = t.Int(1, min=1).tag(sync=True)
    hidden = t.List(t.Unicode()).tag(sync=True)

    def __init__(self, experiments: dict[str, list[RunRecord]], **traits):
        if not experiments or not all(experiments.values()):
            raise ValueError(f"experiments must map titles to records, at least one each; got {experiments!r}")
        packed = [{"title": title, "lines": self._lines(records)} for title, records in experiments.items()]
        if traits.get("experiment", 0) >= len(packed):
            raise ValueError(f"experiment must be below {len(packed)}, got {traits['experiment']}")
        lines = packed[traits.get("experiment", 0)]["lines"]
        traits.setdefault("epoch", max(len(run["error"]) for line in lines for run in line["runs"]))
        super().__init__(experiments=packed, **traits)

    @staticmethod
    def _lines(records: list[RunRecord]) -> list[dict]:
        def place(record: RunRecord):
            network = record.config.network
            return NORMS.index(network.norm), not network.ws, network.zero_gamma, record.config.seed

        lines: dict[str, dict] = {}
        for record in sorted(records, key=place):
            network, result = record.config.network, record.result
            label = _label(network)
            line = lines.setdefault(label, {"label": label, "norm": network.norm, "ws": network.ws, "runs": []})
            run = {"seed": record.config.seed, "error": result.error_by_epoch, "layers": result.layers or []}
            line["runs"].append(run)
        return list(lines.values())

    def describe(self) -> str:
        chosen = self.experiments[self.experiment]
        lines = ", ".join(f"{line['label']} ({len(line['runs'])} seeds)" for line in chosen["lines"])
        return f"RunBrowser: {chosen['title']}: {self.measure} of {lines}"
