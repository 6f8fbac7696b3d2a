"""Figures from arrays and records; nothing here trains. One colour a norm, of the book's palette.json.

A figure says in one line of text what it shows: the text is its description for readers who don't see it, and what
the notebooks' validation compares, since it skips pictures.
"""

import html
import io
import json
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import cast

import matplotlib.pyplot as plt
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from gn_edu.messages import N_, tr
from gn_edu.records import RunRecord
from gn_edu.show import fixed

PALETTE = json.loads(Path(__file__).with_name("palette.json").read_text(encoding="utf-8"))
LIGHT, DARK = PALETTE["light"], PALETTE["dark"]
COLOUR = {norm: LIGHT[norm] for norm in ("batch", "layer", "instance", "group")}
ON_DARK = {colour: DARK[norm] for norm, colour in COLOUR.items()}  # what each of them is on a dark page
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
        figure.update_layout(meta={"said": [list(sentence) for sentence in said], "dark": ON_DARK})

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
    """Panels in SVG, in the colour of the text around them, side by side where there is room.

    Args:
        panels: SVG elements; their type keeps its size, however narrow the page is.
        text: what they show, in symbols; it is what a test compares.
    """

    def __init__(self, panels: Sequence[str], text: str):
        self.panels, self.text = list(panels), text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        style = "display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; font: 14px system-ui, sans-serif"
        start = f'<div class="gn-drawing" role="img" aria-label="{html.escape(self.text)}" style="{style}">'
        return f"{start}{''.join(self.panels)}</div>"


def _svg(width: float, height: float, *parts: str) -> str:
    return f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'


def _words(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle" fill="currentColor"{more}>{html.escape(text)}</text>'


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
    arrow = _svg(22, 12, '<path d="M1 6h20m-6 -5l6 5l-6 5" fill="none" stroke="currentColor"/>')
    panels = [part for name, values in steps for part in (arrow, _panel(name, values, largest))][1:]
    return Drawing(panels, "; ".join(f"{name}: {_moments(values)}" for name, values in steps))


def _moments(values: Tensor) -> str:
    return f"μ = {fixed(float(values.mean()), 1)}, σ = {fixed(float(values.std(correction=0)), 1)}"


def _panel(name: str, values: Tensor, largest: float) -> str:
    """The weights as signed bars in a grid, their name above, mean and standard deviation below."""
    high, wide = values.shape
    middle = 23 * wide + 2
    parts = [_words(middle, 17, name)]
    for row in range(high):
        for column in range(wide):
            x, y = 2 + 46 * column, 28 + 46 * row
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
    parts.append(_words(middle, 46 * high + 50, _moments(values)))
    return _svg(46 * wide + 4, 46 * high + 58, *parts)


def statistic_sets(
    shape: Sequence[int],
    sets: dict[str, Callable[[int, int, int], bool]],
    values: Tensor | None = None,
    boxed: tuple[int, int, int] | None = None,
) -> Drawing:
    """One panel a norm: a grid of images and channels by pixels; the cells for which sets[name](n, c, s) are filled.

    Args:
        shape: (n, c, h, w).
        sets: a norm's name to a predicate over image, channel and pixel. A name starts with a key of COLOUR; the panel
            shows the norm's letters, and what follows a comma in the name.
        values: a tensor of that shape, whose numbers stand in the cells.
        boxed: image, channel and pixel of a cell with a thick border.
    """
    n, c, h, w = shape
    cells = list(product(range(n), range(c), range(h * w)))
    panels, counts = [], []
    for name, chosen in sets.items():
        words, comma, more = name.partition(",")
        norm = words.split()[0].lower()
        lit = {cell for cell in cells if chosen(*cell)}
        panels.append(_grid(shape, SHORT[norm] + comma + more, norm, lit, values, boxed))
        counts.append(f"{SHORT[norm]}{comma}{more}: {len(lit)} / {len(cells)}")
    return Drawing(panels, "; ".join(counts))


def _grid(shape, title: str, norm: str, lit: set, values: Tensor | None, boxed) -> str:
    """One panel of statistic_sets: an image below the other, a column a channel, a row a pixel."""
    n, c, h, w = shape
    step, left, top = 30 if values is not None else 20, 30, 26
    image = h * w * step + 10  # from one image to the next
    pale, colour = f"fill:{LIGHT[norm]}", f"fill:light-dark({LIGHT[norm]}, {DARK[norm]})"
    shades = {
        True: f' style="{pale};{colour}" fill-opacity="{0.35 if values is not None else 1}"',
        False: ' fill="none"',
    }
    parts = [_words(left + c * step / 2, 15, title, ' font-weight="600"')]
    for cell in product(range(n), range(c), range(h * w)):
        k, channel, pixel = cell
        x, y = left + channel * step, top + k * image + pixel * step
        size = f'x="{x + 1}" y="{y + 1}" width="{step - 2}" height="{step - 2}"'
        wide = 2.5 if cell == boxed else 0.7
        parts.append(f'<rect {size} stroke="currentColor" stroke-width="{wide}"{shades[cell in lit]}/>')
        if values is not None:
            number = f"{values[k, channel].flatten()[pixel].item():g}"
            parts.append(_words(x + step / 2, y + step / 2 + 5, number))
    small = ' font-size="12"'
    below = top + n * image + 6
    parts += [_words(left + (k + 0.5) * step, below, str(k + 1), small) for k in range(c)]
    parts += [_words(left - 9, top + k * image + h * w * step / 2 + 4, str(k + 1), small) for k in range(n)]
    parts += [_words(left + c * step / 2, below + 16, "C", small), _words(7, top + n * image / 2, "N", small)]
    return _svg(left + c * step + 2, below + 20, *parts)


def _by_run(records: Sequence[RunRecord]) -> dict[tuple[str, bool], list[RunRecord]]:
    return {key: [r for r in records if (r.config.network.norm, r.config.network.ws) == key] for key in RUNS}


def error_beside(recorded: Sequence[RunRecord], errors: Sequence[float], epochs: int) -> bytes:
    """A PNG of one run's test error (%) after each epoch so far, beside those of recorded runs of as many epochs."""
    # Not pyplot's: a figure that a thread draws belongs to nobody else.
    figure = Figure(figsize=(6.2, 3.0), layout="tight")
    ax = figure.subplots()
    for (name, ws), runs in _by_run([r for r in recorded if r.result.epochs == epochs]).items():
        _, short, norm = RUNS[name, ws]
        for k, run in enumerate(runs):
            style = dict(color=COLOUR[norm], linestyle="--" if ws else "-", linewidth=0.9, alpha=0.7)
            ax.plot(range(1, epochs + 1), run.result.error_by_epoch, label=None if k else short, **style)
    ax.plot(range(1, len(errors) + 1), errors, color="black", marker="o", label=tr("your run"))
    ax.set(ylabel="%", xlabel=tr("epoch"), xlim=(0.7, epochs + 0.3))
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    return picture.getvalue()


def _mean(curves: Sequence[Sequence[float]]) -> list[float]:
    return [sum(values) / len(values) for values in zip(*curves, strict=True)]


def _chart(figure: go.Figure, ax: Axes, said: Sequence[tuple[str, dict]], across: str, up: str) -> Live:
    """A drawn chart with its frame, and what its axes say."""
    ax.set(ylabel="%")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    figure.update_layout(
        height=380,
        margin=dict(l=55, r=10, t=10, b=45),
        legend=dict(orientation="h", y=-0.22),
        xaxis=dict(title=across),
        yaxis=dict(title=up),
        template="none",
    )
    return Live(figure, cast(Figure, ax.figure), said)


def error_by_epoch(
    records: Sequence[RunRecord],
    training: bool = False,
    *,
    on_tap: Sequence[RunRecord] = (),
    ax: Axes | None = None,
) -> Live:
    """Test error (%) after each epoch: one thin line a seed, one marked line for their mean.

    With `training`, the mean error on training pictures too, a thin line with small hollow marks. The runs `on_tap` are
    of kinds that `records` lack; they show when their name in the legend is tapped, and are in no printed picture.
    """
    ax = ax if ax is not None else plt.subplots(figsize=(6.2, 3.4))[1]
    figure, said = go.Figure(), []
    kinds: list[tuple] = [(key, runs, True) for key, runs in _by_run(records).items()]
    kinds += [(key, runs, "legendonly") for key, runs in _by_run(on_tap).items()]
    for (name, ws), runs, visible in kinds:
        if not runs:
            continue
        label, short, norm = RUNS[name, ws]
        colour, (marker, symbol) = COLOUR[norm], MARKS[norm]
        epochs = list(range(1, runs[0].result.epochs + 1))
        mean = _mean([r.result.error_by_epoch for r in runs])
        group = dict(legendgroup=label, visible=visible)
        for run in runs:
            figure.add_scatter(
                x=epochs,
                y=run.result.error_by_epoch,
                mode="lines",
                line=dict(color=colour, width=1),
                opacity=0.6,
                customdata=[run.config.seed] * len(epochs),
                hovertemplate=N_("seed %{customdata}: %{y:.2f} %<extra></extra>"),
                showlegend=False,
                **group,
            )
        figure.add_scatter(
            x=epochs,
            y=[round(e, 3) for e in mean],
            mode="lines+markers",
            name=label,
            line=dict(color=colour, dash="dash" if ws else "solid"),
            marker=dict(symbol=symbol, size=9),
            hovertemplate=N_("mean: %{y:.2f} %<extra></extra>"),
            **group,
        )
        seen = _mean([r.result.train_error_by_epoch or [] for r in runs]) if training else []
        if training:
            figure.add_scatter(
                x=epochs,
                y=[round(e, 3) for e in seen],
                mode="lines+markers",
                line=dict(color=colour, dash="dot", width=1),
                marker=dict(symbol=f"{symbol}-open", size=6),
                hovertemplate=N_("training pictures: %{y:.2f} %<extra></extra>"),
                showlegend=False,
                **group,
            )
        if visible is not True:
            continue
        for run in runs:
            ax.plot(epochs, run.result.error_by_epoch, color=colour, linewidth=0.7, alpha=0.6)
        ax.plot(epochs, mean, "--" if ws else "-", color=colour, marker=marker, label=short)
        values = {"label": label, "error": fixed(mean[-1], 2), "seeds": len(runs)}
        said.append((N_("Test error of {label} after the last epoch: {error} %, mean of {seeds} seeds."), values))
        if training:
            ax.plot(epochs, seen, ":", color=colour, marker=marker, markersize=4, fillstyle="none", linewidth=1)
            said.append((N_("On training pictures {error} %."), {"error": fixed(seen[-1], 2)}))
    ax.set_xticks(epochs)
    figure.update_xaxes(tickvals=epochs)
    return _chart(figure, ax, said, N_("epoch"), N_("error (%)") if training else N_("test error (%)"))


# A batch norm network after training: how its statistics are taken, in words and in symbols; the accuracy that a record
# keeps of it; its line.
WAYS = (
    (N_("batch norm, running averages"), "BN", "accuracy", "-", "solid"),
    (N_("batch norm, statistics of whole batches"), "BN, N = 512", "accuracy_whole", "--", "dash"),
    (N_("batch norm, mixed with the picture's own"), "BN + IN", "accuracy_mixed", ":", "dot"),
)


def error_by_slice(records: Sequence[RunRecord]) -> Live:
    """Test error (%) against the images in batch norm's mean, tested in three ways; group norm's beside it.

    Args:
        records: of gn_edu/results/small_batch.toml; runs whose statistics were frozen are left out.
    """
    bn = [r for r in records if r.config.network.norm == "bn" and r.config.network.frozen_after == 1]
    gn = [r for r in records if r.config.network.norm == "gn"]
    sizes = sorted({r.config.network.norm_batch for r in bn}, reverse=True)
    at = {size: [r for r in bn if r.config.network.norm_batch == size] for size in sizes}
    lines = [(*way, "batch", at) for way in WAYS]
    lines.append((N_("group norm"), "GN", "accuracy", "-", "solid", "group", dict.fromkeys(sizes, gn)))
    ax = plt.subplots(figsize=(6.2, 3.4))[1]
    figure, said = go.Figure(), []
    for label, short, key, stroke, dash, norm, runs in lines:
        colour, (marker, symbol) = COLOUR[norm], MARKS[norm]
        errors = [[100 - getattr(r.result, key) for r in runs[size]] for size in sizes]
        mean = [sum(each) / len(each) for each in errors]
        seeds = [(size, error) for size, each in zip(sizes, errors, strict=True) for error in each]
        ax.plot(mean, stroke, color=colour, marker=marker, label=short)
        ax.plot([sizes.index(size) for size, _ in seeds], [e for _, e in seeds], "_", color=colour, alpha=0.6)
        figure.add_scatter(
            x=[str(size) for size in sizes],
            y=[round(e, 3) for e in mean],
            mode="lines+markers",
            name=label,
            legendgroup=label,
            line=dict(color=colour, dash=dash),
            marker=dict(symbol=symbol, size=9),
            hovertemplate=N_("mean: %{y:.2f} %<extra></extra>"),
        )
        figure.add_scatter(
            x=[str(size) for size, _ in seeds],
            y=[round(e, 3) for _, e in seeds],
            mode="markers",
            line=dict(color=colour),  # by which a dark page knows its colour
            marker=dict(symbol="line-ew-open", size=9),
            hovertemplate=N_("one seed: %{y:.2f} %<extra></extra>"),
            showlegend=False,
            legendgroup=label,
        )
        values = {"label": label, "errors": ", ".join(fixed(e, 2) for e in mean), "sizes": ", ".join(map(str, sizes))}
        said.append((N_("{label}, over {sizes} images: {errors} %."), values))
    ax.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    figure.update_xaxes(type="category")
    return _chart(figure, ax, said, N_("images that batch norm averages over"), N_("test error (%)"))
