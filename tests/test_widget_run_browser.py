"""The run browser: what it shows is what the records hold; driven by mouse, keyboard and link."""

import re
from dataclasses import replace

import pytest
from browser import number, run_module, shown, until
from hands import Hand

from gn_edu.recipes import RECIPES
from gn_edu.records import published
from gn_edu.training.layer_statistics import MEASURES
from gn_edu.widgets import RunBrowser
from gn_edu.widgets.base import module

PAGE = "notebooks/ch08_cifar10.html"
STEM = "run_browser"
W = f"[data-gn-widget={STEM}]"
STEP = ("[data-gn-measure]:checked", "ArrowRight")
HAND = Hand(
    page=PAGE,
    name="runs",
    grip="[data-gn-grip=read]",
    by=(-120, 0),
    key="ArrowLeft",
    shows=".drawn",
    # Group Norm keeps levels apart, Batch Norm does not.
    point=(("[data-gn-measure=level]", (0, 0)),),
    reached=r"((said) => +/GN (\d+\.\d+)/.exec(said)[1] > 2 * +/BN[^;]* (\d+\.\d+)/.exec(said)[1])"
    "(w.querySelector('.gn-live-text').textContent)",
)
FIRST = published("first")
MAIN = [r for r in published("main") if r.config.clock.epochs == RECIPES["main"].clock.epochs]


def cut(record, epochs):
    """The record as if the run had ended after so many epochs."""
    curves = "error_by_epoch layers test_loss_by_epoch train_error_by_epoch train_loss_by_epoch".split()
    result = replace(record.result, **{name: getattr(record.result, name)[:epochs] for name in curves})
    return replace(record, config=record.config.replace(epochs=epochs), result=result)


# Runs with layers, some of which ended early: group norm's after 4 and 5 of 8 epochs.
UNEVEN = [cut(r, 4 + r.config.seed % 2) if r.config.network.norm == "gn" else r for r in MAIN]
LABELS = {(norm, ws): norm.upper() + (" + WS" if ws else "") for norm in ("bn", "gn") for ws in (False, True)}


def runs(records, norm, ws):
    return sorted((r for r in records if kind_of(r) == (norm, ws)), key=lambda r: r.config.seed)


def kind_of(record):
    return record.config.network.norm, record.config.network.ws


def view(**traits):
    widget = RunBrowser({"first": FIRST, "uneven": UNEVEN}, **traits)
    state = {key: widget.get_state()[key] for key in ("experiments", "experiment", "measure", "epoch", "hidden")}
    return run_module(module(STEM), "w.view(d.state)", state=state)


def test_every_number_is_the_records():
    for k, records in enumerate((FIRST, UNEVEN)):
        lines = {line["label"]: line for line in view(experiment=k)["lines"]}
        kinds = {kind_of(r) for r in records}
        assert set(lines) == {LABELS[kind] for kind in kinds}
        for kind in kinds:
            ends = [r.result.error_by_epoch[-1] for r in runs(records, *kind)]
            line = lines[LABELS[kind]]
            assert line["mean"] == pytest.approx(sum(ends) / len(ends), abs=1e-9)
            assert (line["low"], line["high"]) == (min(ends), max(ends))
            assert [run["error"] for run in line["runs"]] == [r.result.error_by_epoch for r in runs(records, *kind)]


@pytest.mark.parametrize("measure", MEASURES)
def test_layers_are_means_over_the_seeds(measure):
    for line in view(experiment=1, measure=measure, epoch=2)["lines"]:
        kind = next(kind for kind, label in LABELS.items() if label == line["label"])
        found = [[layer[MEASURES.index(measure)] for layer in r.result.layers[1]] for r in runs(UNEVEN, *kind)]
        want = [sum(values) / len(values) for values in zip(*found, strict=True)]
        assert line["layers"] == pytest.approx(want, abs=1e-9)


def test_it_starts_where_the_runs_ended():
    for k, records in enumerate((FIRST, UNEVEN)):
        widget = RunBrowser({"first": FIRST, "uneven": UNEVEN}, experiment=k)
        assert widget.epoch == max(len(r.result.error_by_epoch) for r in records)


@pytest.mark.parametrize("epoch", [1, 5, 6])
def test_a_line_that_ended_before_says_when(epoch):
    for line in view(experiment=1, epoch=epoch)["lines"]:
        ends = sorted({len(run["error"]) for run in line["runs"]})
        assert line["ended"] == ("" if ends[0] >= epoch else "–".join(map(str, dict.fromkeys((ends[0], ends[-1])))))


def test_runs_without_layers_have_none():
    assert all(line["layers"] == [] for line in view(experiment=0, measure="level")["lines"])
    assert not view(experiment=0)["layered"] and view(experiment=1)["layered"]


def test_python_side():
    assert repr(RunBrowser({"first": FIRST})).startswith("RunBrowser: first: error of BN + WS (3 seeds), BN (3 seeds)")
    with pytest.raises(ValueError, match="must map titles to records"):
        RunBrowser({"nothing": []})
    with pytest.raises(ValueError, match="experiment must be below 1, got 3"):
        RunBrowser({"first": FIRST}, experiment=3)


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)

    def agrees(page, records):
        for (norm, ws), label in LABELS.items():
            if found := runs(records, norm, ws):
                ends = [r.result.error_by_epoch[-1] for r in found]
                assert number(page, f"mean[{label}]", STEM) == shown(sum(ends) / len(ends), 2)
                assert number(page, f"low[{label}]", STEM) == shown(min(ends), 2)

    page.click(f"{W} summary")
    agrees(page, MAIN)
    page.focus(f"{W} select")
    page.keyboard.press("ArrowDown")
    agrees(page, FIRST)
    page.uncheck(f"{W} [data-gn-line='BN + WS']")
    assert page.locator(f"{W} .gn-fitted .line").count() == 3
    assert "BN + WS" not in page.locator(f"{W} .gn-live-text").inner_text()
    page.select_option(f"{W} select", "0")
    page.check(f"{W} [data-gn-measure=level]")
    page.focus(f"{W} [data-gn-epoch]")
    page.keyboard.press("Home")
    text = page.locator(f"{W} .gn-live-text").inner_text()
    assert text.startswith(f"After epoch 1, spread of levels in layer {len(MAIN[0].result.layers[0])}: ")
    page.focus(f"{W} [data-gn-grip=read]")
    page.keyboard.press("Home")
    text = page.locator(f"{W} .gn-live-text").inner_text()
    level = [r.result.layers[0][0][MEASURES.index("level")] for r in runs(MAIN, "gn", False)]
    assert text.startswith("After epoch 1, spread of levels in layer 1: ")
    assert text.endswith(f"; GN {sum(level) / len(level):.2f}.")
    page.wait_for_timeout(400)
    again = widget_page(page.url)
    assert again.locator(f"{W} .gn-live-text").inner_text() == text
    page.click(f"{W} [data-gn-do=reset]")
    agrees(page, MAIN)
    assert page.locator(f"{W} .gn-live-text").inner_text().startswith("Test error at the end")


def errors_said(page):
    """The sentence's errors, by the label of their line."""
    said = page.locator(f"{W} .gn-live-text").inner_text()
    return {label.strip(): float(error) for label, error in re.findall(r"([A-Z+ ]+) ([\d.]+) %", said)}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_chart_is_read_at_the_line_that_a_hand_drags(widget_page, width):
    page = widget_page(PAGE, width=width)
    epochs = max(len(r.result.error_by_epoch) for r in MAIN)
    grip = page.locator(f"{W} [data-gn-grip=read]")
    grip.scroll_into_view_if_needed()
    assert grip.get_attribute("aria-valuenow") == str(epochs)  # the last one first
    disc = grip.locator(".hit").bounding_box()
    page.mouse.move(disc["x"] + disc["width"] / 2, disc["y"] + disc["height"] / 2)
    page.mouse.down()
    first = page.locator(f"{W} .tick", has_text=re.compile("^1$")).bounding_box()
    page.mouse.move(first["x"], disc["y"] + 5, steps=6)
    page.mouse.up()
    assert page.locator(f"{W} .gn-live-text").inner_text().startswith("Test error after epoch 1, mean of the seeds: ")
    for label, error in errors_said(page).items():
        at = [r.result.error_by_epoch[0] for r in MAIN if LABELS[kind_of(r)] == label]
        assert error == pytest.approx(sum(at) / len(at), abs=0.0051) and at
    assert set(errors_said(page)) == {LABELS[kind_of(r)] for r in MAIN}


def test_the_epochs_play_once_and_stop_at_the_last(widget_page):
    page = widget_page(PAGE)
    last = int(page.locator(f"{W} [data-gn-epoch]").get_attribute("max"))
    button = page.locator(f"{W} [data-gn-do=play]")
    page.click(f"{W} [data-gn-measure=level]", force=True)
    button.click()
    assert button.inner_text() == "Pause"
    assert page.locator(f"{W} .gn-live-text").inner_text().startswith("After epoch 1, ")
    until(page, f"document.querySelector('{W} [data-gn-epoch]').value === '2'")
    button.click()
    held = page.locator(f"{W} [data-gn-epoch]").input_value()
    page.wait_for_timeout(1200)
    assert page.locator(f"{W} [data-gn-epoch]").input_value() == held
    button.click()
    until(page, f"document.querySelector('{W} [data-gn-epoch]').value === '{last}'")
    assert button.inner_text() == "Play the epochs"


def test_where_motion_is_unwanted_a_press_is_one_epoch(widget_page):
    page = widget_page(PAGE, reduced_motion="reduce")
    button = page.locator(f"{W} [data-gn-do=play]")
    assert button.inner_text() == "Next epoch"
    for epoch in ("1", "2"):
        button.click()
        page.wait_for_timeout(1000)
        assert page.locator(f"{W} [data-gn-epoch]").input_value() == epoch


def test_every_link_without_an_epoch_begins_with_the_last(widget_page):
    page = widget_page(f"{PAGE}#run_browser.runs?experiment=1&measure=level")
    epoch = page.locator(f"{W} [data-gn-epoch]")
    assert epoch.input_value() == epoch.get_attribute("max")


def test_every_measure_asks_a_question_of_its_own(widget_page):
    page = widget_page(PAGE)
    said = set()
    for measure in ("error", *MEASURES):
        page.check(f"{W} [data-gn-measure='{measure}']", force=True)
        said.add(page.locator(f"{W} p.gn-part").inner_text())
    assert len(said) == 1 + len(MEASURES) and all("?" in text for text in said)
