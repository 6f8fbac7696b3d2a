"""Figures from arrays and records; nothing here trains. One colour a norm, of the book's palette.json.

A figure says in one line of text what it shows: the text is its description for readers who don't see it, and what
the notebooks' validation compares, since it skips pictures.
"""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import matplotlib.pyplot as plt
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from gn_edu.messages import N_
from gn_edu.records import RunRecord
from gn_edu.show import fixed

PALETTE = json.loads(Path(__file__).with_name("palette.json").read_text(encoding="utf-8"))
COLOUR = {norm: PALETTE["light"][norm] for norm in ("batch", "layer", "instance", "group")}
# What each of them is on a dark page.
DARK = {colour: PALETTE["dark"][norm] for norm, colour in COLOUR.items()}
SHORT = {"batch": "BN", "layer": "LN", "instance": "IN", "group": "GN"}
# As in the widgets: a norm has one colour and one mark, and dashes are weight standardization.
RUNS = {
    ("bn", False): (N_("batch norm"), "BN", "batch"),
    ("bn", True): (N_("batch norm + weight standardization"), "BN + WS", "batch"),
    ("gn", False): (N_("group norm"), "GN", "group"),
    ("gn", True): (N_("group norm + weight standardization"), "GN + WS", "group"),
}
MARKS = {"batch": ("s", "square"), "group": ("^", "triangle-up")}


class Live:
    """A Plotly figure with a still picture and a description.

    A notebook shows the Plotly figure, the published page starts with the still and wakes the figure when it is
    near, a code host shows the still.

    Args:
        figure: the Plotly figure.
        still: the same drawn by Matplotlib, with symbols only: it is the same in every language.
        said: (message, values) of each sentence of the description; the figure carries them for translations.

    The figure also carries what its colours are on a dark page.
    """

    def __init__(self, figure: go.Figure, still: Figure, said: Sequence[tuple[str, dict]]):
        self.figure, self.still = figure, still
        self.text = " ".join(message.format(**values) for message, values in said)
        figure.update_layout(meta={"said": [list(sentence) for sentence in said], "dark": DARK})

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        picture = io.BytesIO()
        self.still.savefig(picture, format="png", dpi=90, bbox_inches="tight")
        plt.close(self.still)
        plotly = self.figure.to_plotly_json()
        return {
            "application/vnd.plotly.v1+json": {"data": list(plotly["data"]), "layout": plotly["layout"]},
            "image/png": picture.getvalue(),
            "text/plain": self.text,
        }


class Drawing:
    """A drawing in SVG, in the colour of the text around it; `text` says what it shows, and is what a test compares."""

    def __init__(self, svg: str, text: str):
        self.svg, self.text = svg, text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.svg


def standardized_filter(weight: Tensor) -> Drawing:
    """Weight standardization of one filter: its weights, less their mean, and over their standard deviation.

    A cell a weight; its bar stands on the line in the cell's middle, or hangs from it, as high as the weight is large.
    All bars have one scale. There are symbols only, so that it is the same in every language.

    Args:
        weight: (height, width), the filter on one input channel.

    Raises:
        ValueError: weight is not two-dimensional, or all its values are the same.
    """
    if weight.dim() != 2:
        raise ValueError(f"weight must be (height, width), one filter on one channel; got {tuple(weight.shape)}")
    mean, deviation = weight.mean(), weight.std(correction=0)
    if deviation == 0:
        raise ValueError("all weights are the same: their standard deviation is 0, and nothing is left to show")
    steps = [("w", weight), ("w − μ", weight - mean), ("(w − μ) / σ", (weight - mean) / deviation)]
    largest = max(float(values.abs().max()) for _, values in steps)
    high, wide = weight.shape
    step = 46 * wide + 54
    panels = [_panel(name, values, step * k, largest) for k, (name, values) in enumerate(steps)]
    arrows = [
        f'<path d="M{step * k - 36} {28 + 23 * high}h20m-6 -5l6 5l-6 5" fill="none" stroke="currentColor"/>'
        for k in range(1, len(steps))
    ]
    text = "; ".join(f"{name}: {_moments(values)}" for name, values in steps)
    width, height = step * len(steps) - 50, 46 * high + 58
    head = f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{text}" '
    style = 'style="max-width:100%;height:auto" font-family="system-ui, sans-serif" font-size="16">'
    return Drawing(f"{head}{style}{''.join(panels + arrows)}</svg>", text)


def _moments(values: Tensor) -> str:
    return f"μ = {fixed(float(values.mean()), 1)}, σ = {fixed(float(values.std(correction=0)), 1)}"


def _panel(name: str, values: Tensor, left: int, largest: float) -> str:
    """The weights as signed bars in a grid, their name above, mean and standard deviation below."""
    high, wide = values.shape
    middle = left + 23 * wide + 2
    parts = [f'<text x="{middle}" y="17" text-anchor="middle" fill="currentColor">{name}</text>']
    for row in range(high):
        for column in range(wide):
            x, y = left + 2 + 46 * column, 28 + 46 * row
            value = float(values[row, column])
            bar = round(20 * value / largest, 1)
            filled = 0.55 if value < 0 else 1
            parts.append(
                f'<rect x="{x}" y="{y}" width="44" height="44" fill="none" stroke="currentColor" opacity="0.35"/>'
                f'<path d="M{x + 6} {y + 22}h32" stroke="currentColor" opacity="0.6"/>'
            )
            if bar:
                top = y + 22 - max(bar, 0)
                size = f'x="{x + 13}" y="{top:g}" width="18" height="{abs(bar):g}"'
                parts.append(f'<rect {size} fill="currentColor" fill-opacity="{filled}" stroke="currentColor"/>')
    y = 46 * high + 50
    parts.append(f'<text x="{middle}" y="{y}" text-anchor="middle" fill="currentColor">{_moments(values)}</text>')
    return "".join(parts)


def statistic_sets(
    shape: Sequence[int],
    sets: dict[str, Callable[[int, int, int], bool]],
    values: Tensor | None = None,
    boxed: tuple[int, int, int] | None = None,
) -> Figure:
    """One panel a norm: a grid of images and channels by pixels; the cells for which sets[name](n, c, s) are filled.

    Args:
        shape: (n, c, h, w).
        sets: a norm's name to a predicate over image, channel and pixel. A name starts with a key of COLOUR; the panel
            shows the norm's letters, and what follows a comma in the name.
        values: a tensor of that shape, whose numbers stand in the cells.
        boxed: image, channel and pixel of a cell with a thick border.
    """
    n, c, h, w = shape
    figure, axes = plt.subplots(1, len(sets), figsize=(2.3 * len(sets), 0.34 * n * (h * w + 1) + 0.7))
    for ax, (name, chosen) in zip(axes, sets.items(), strict=True):
        words, comma, more = name.partition(",")
        norm = words.split()[0].lower()
        colour = COLOUR[norm]
        for image in range(n):
            for channel in range(c):
                for pixel in range(h * w):
                    at = (channel, image * (h * w + 1) + pixel)
                    lit = chosen(image, channel, pixel)
                    style: dict = dict(facecolor=colour, hatch="//") if lit else dict(facecolor="white")
                    if values is not None:
                        style["alpha"] = 0.55 if lit else 1
                        number = f"{values[image, channel].flatten()[pixel].item():g}"
                        ax.text(at[0] + 0.45, at[1] + 0.48, number, ha="center", va="center", fontsize=9, zorder=3)
                    width = 2.2 if (image, channel, pixel) == boxed else 0.6
                    ax.add_patch(plt.Rectangle(at, 0.9, 0.9, edgecolor="#333", linewidth=width, **style))
        ax.set(xlim=(-0.2, c), ylim=(n * (h * w + 1) - 0.8, -0.3), aspect="equal")
        ax.set(title=SHORT[norm] + comma + more, xlabel="C", ylabel="N")
        ax.set_xticks([k + 0.45 for k in range(c)], [str(k + 1) for k in range(c)], fontsize=8)
        ax.set_yticks([i * (h * w + 1) + h * w / 2 for i in range(n)], [str(i + 1) for i in range(n)], fontsize=8)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    figure.tight_layout()
    return figure


def _by_run(records: Sequence[RunRecord]) -> dict[tuple[str, bool], list[RunRecord]]:
    return {key: [r for r in records if (r.config.network.norm, r.config.network.ws) == key] for key in RUNS}


def error_by_epoch(records: Sequence[RunRecord], *, ax: Axes | None = None) -> Live:
    """Test error (%) after each epoch: one thin line a seed, one marked line for their mean."""
    ax = ax if ax is not None else plt.subplots(figsize=(6.2, 3.4))[1]
    figure, said = go.Figure(), []
    for (name, ws), runs in _by_run(records).items():
        if not runs:
            continue
        label, short, norm = RUNS[name, ws]
        colour, (marker, symbol) = COLOUR[norm], MARKS[norm]
        epochs = list(range(1, runs[0].result.epochs + 1))
        mean = [sum(errors) / len(runs) for errors in zip(*(r.result.error_by_epoch for r in runs), strict=True)]
        for run in runs:
            ax.plot(epochs, run.result.error_by_epoch, color=colour, linewidth=0.7, alpha=0.6)
        ax.plot(epochs, mean, "--" if ws else "-", color=colour, marker=marker, label=short)
        hover = N_("seed %{customdata}: %{y:.2f} %<extra></extra>")
        for run in runs:
            figure.add_scatter(
                x=epochs,
                y=run.result.error_by_epoch,
                mode="lines",
                line=dict(color=colour, width=1),
                opacity=0.6,
                customdata=[run.config.seed] * len(epochs),
                hovertemplate=hover,
                showlegend=False,
                legendgroup=label,
            )
        figure.add_scatter(
            x=epochs,
            y=[round(e, 3) for e in mean],
            mode="lines+markers",
            name=label,
            legendgroup=label,
            line=dict(color=colour, dash="dash" if ws else "solid"),
            marker=dict(symbol=symbol, size=9),
            hovertemplate=N_("mean: %{y:.2f} %<extra></extra>"),
        )
        values = {"label": label, "error": fixed(mean[-1], 2), "seeds": len(runs)}
        said.append((N_("Test error of {label} after the last epoch: {error} %, mean of {seeds} seeds."), values))
    ax.set(ylabel="%")
    ax.set_xticks(epochs)
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    figure.update_layout(
        height=380,
        margin=dict(l=55, r=10, t=10, b=45),
        legend=dict(orientation="h", y=-0.22),
        xaxis=dict(title=N_("epoch"), tickvals=epochs),
        yaxis=dict(title=N_("test error (%)")),
        template="none",
    )
    return Live(figure, cast(Figure, ax.figure), said)
