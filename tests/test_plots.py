"""The drawings: every bar is its weight, every filled cell is in its set, and what they say is what they show."""

import re
from dataclasses import replace

import pytest
import torch
from bs4 import BeautifulSoup

from gn_edu.nets import Conv3x3
from gn_edu.plots import DARK, LIGHT, PALETTE, error_by_epoch, error_by_slice, standardized_filter, statistic_sets
from gn_edu.records import published

WEIGHT = torch.tensor([[1.5, 0.5, -0.5]] * 3)


def bars(drawing):
    """Of each panel, the signed height of the bars in a row, in units of the drawing; 0 where there is none."""
    panels = []
    for panel in drawing.panels[::2]:  # arrows stand between
        found = {}
        for x, y, height in re.findall(r'<rect x="(\d+)" y="([\d.]+)" width="18" height="([\d.]+)"', panel):
            row, inside = divmod(float(y) - 28, 46)
            # A bar that begins at the cell's middle hangs from it.
            found[int(x), int(row)] = -float(height) if inside == 22 else float(height)
        panels.append([[found.get((15 + 46 * column, row), 0.0) for column in range(3)] for row in range(3)])
    return panels


def test_bars_are_the_weights_on_one_scale():
    conv = Conv3x3(1, 1, ws=True)
    conv.weight.data = WEIGHT.view(1, 1, 3, 3)
    applied = conv.standardized().detach().view(3, 3) * 3  # its variance is 1 / 9
    wanted = torch.stack([WEIGHT, WEIGHT - 0.5, applied]) * 20 / 1.5
    assert torch.allclose(torch.tensor(bars(standardized_filter(WEIGHT))), wanted, atol=0.06)


def test_it_says_mean_and_deviation_in_symbols():
    drawing = standardized_filter(WEIGHT)
    assert repr(drawing) == "w: μ = 0.5, σ = 0.8; w − μ: μ = 0.0, σ = 0.8; (w − μ) / σ: μ = 0.0, σ = 1.0"
    assert repr(drawing) in drawing._repr_html_()
    assert not re.search(r">[^<]*[A-Za-z]{2}", drawing._repr_html_())


def test_what_has_no_picture_is_refused():
    with pytest.raises(ValueError, match=r"one filter on one channel; got \(1, 3, 3\)"):
        standardized_filter(WEIGHT[None])
    with pytest.raises(ValueError, match="standard deviation is 0"):
        standardized_filter(torch.ones(3, 3))


def test_filled_cells_are_the_set():
    values = torch.arange(12.0).view(2, 3, 2, 1)
    sets = {"Batch norm": lambda n, c, s: c == 1, "Group norm, G = 3": lambda n, c, s: (n, c) == (1, 2)}
    drawing = statistic_sets((2, 3, 2, 1), sets, values=values, boxed=(1, 0, 1))
    assert repr(drawing) == "BN: 4 / 12; GN, G = 3: 2 / 12"
    for panel, norm, wanted in zip(drawing.panels, ("batch", "group"), ([2, 3, 8, 9], [10, 11]), strict=True):
        cells = BeautifulSoup(panel, "html.parser")("rect")
        numbers = [text.string for text in BeautifulSoup(panel, "html.parser")("text")][1:13]
        filled = [int(number) for number, cell in zip(numbers, cells, strict=True) if cell.get("fill") != "none"]
        assert filled == wanted and sorted(map(int, numbers)) == list(range(12))
        assert [n for n, cell in zip(numbers, cells, strict=True) if cell["stroke-width"] == "2.5"] == ["7"]
        assert LIGHT[norm] in panel and DARK[norm] in panel


# ---- error by epoch


def traces():
    """Label to the means' trace of each kind of run."""
    live = error_by_epoch(published("first"))
    data = live._repr_mimebundle_()["application/vnd.plotly.v1+json"]["data"]
    return {trace["name"]: trace for trace in data if trace["mode"] == "lines+markers"}


def test_a_norm_has_one_mark_and_colour_and_dashes_say_weight_standardization():
    found = traces()
    assert len(found) == 4
    for label, trace in found.items():
        norm = "batch" if label.startswith("batch") else "group"
        assert trace["line"]["color"] == PALETTE["light"][norm]
        assert trace["marker"]["symbol"] == {"batch": "square", "group": "triangle-up"}[norm]
        assert trace["line"]["dash"] == ("dash" if "standardization" in label else "solid")


def contrast(one, other):
    """WCAG 2: the ratio of two colours' luminances."""

    def luminance(colour):
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(part * c for part, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_line_is_readable_on_a_light_page_and_on_a_dark_one():
    dark = error_by_epoch(published("first")).figure.layout.meta["dark"]
    for trace in traces().values():
        colour = trace["line"]["color"]
        assert contrast(colour, PALETTE["light"]["paper"]) >= 4.5 and contrast(dark[colour], "#131416") >= 4.5


def test_runs_on_tap_wait_behind_their_name_in_the_legend():
    records = published("first")
    shown = [r for r in records if r.config.network.ws]
    live = error_by_epoch(shown, on_tap=[r for r in records if not r.config.network.ws])
    waiting = {trace.legendgroup for trace in live.figure.data if trace.visible == "legendonly"}
    assert waiting == {"batch norm", "group norm"}
    assert {trace.legendgroup for trace in live.figure.data if trace.visible is True} == {
        "batch norm + weight standardization",
        "group norm + weight standardization",
    }
    assert live.text == error_by_epoch(shown).text and len(live.still.axes[0].lines) == len(shown) + 2


def small_batch(size, seed, accuracies, norm="bn"):
    """A run of the small batch's sweep with these accuracies: as trained, of whole batches, mixed."""
    record = published("main")[0]
    config = record.config.replace(norm=norm, norm_batch=size, seed=seed)
    keys = ("accuracy", "accuracy_whole", "accuracy_mixed")[: len(accuracies)]
    return replace(record, config=config, result=replace(record.result, **dict(zip(keys, accuracies, strict=True))))


def test_batch_norm_is_drawn_in_three_ways_and_group_norm_as_one_level():
    records = [small_batch(2, seed, (60 + seed, 70, 75)) for seed in (0, 1)]
    records += [small_batch(32, seed, (85, 86, 87 - seed)) for seed in (0, 1)]
    records += [small_batch(0, 0, (84,), "gn")]
    frozen = replace(records[0], config=records[0].config.replace(frozen_after=0.5))
    live = error_by_slice([*records, frozen])
    means = {trace.name: list(trace.y) for trace in live.figure.data if trace.name}
    assert list(means.values()) == [[15, 39.5], [14, 30], [13.5, 25], [16, 16]]
    seeds = [list(trace.y) for trace in live.figure.data if not trace.name]
    assert seeds == [[15, 15, 40, 39], [14, 14, 30, 30], [13, 14, 25, 25], [16, 16]]
    assert {trace.x for trace in live.figure.data if trace.name} == {("32", "2")}
    assert all(trace.line.color for trace in live.figure.data)  # a page takes its colours from there
    assert live.text.startswith("batch norm, running averages, over 32, 2 images: 15.00, 39.50 %.")
