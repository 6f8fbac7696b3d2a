"""The panel that trains where the notebook is: it asks first, stops, goes on, and says what came out."""

import re

import pytest

from gn_edu import data, records
from gn_edu.recipes import RECIPES
from gn_edu.run_here import IMAGES, RunHere, operations
from gn_edu.training.loop import Trainer

SMALL = RECIPES["main"].replace(width=8, group_size=4, batch=40, n_train=200, look_back=0, epochs=3)
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def pictures():
    return data.synthetic_cifar10(200, 60)


def picture(panel):
    return bytes(panel.picture.value)


def test_nothing_happens_before_the_button_and_the_button_says_what_it_fetches(monkeypatch, tmp_path):
    monkeypatch.setattr("gn_edu.run_here.load_cifar10", lambda **how: pytest.fail("nobody asked for pictures"))
    monkeypatch.delenv("GN_EDU_DATA", raising=False)
    monkeypatch.setattr(data, "cache_folder", lambda: tmp_path / "cache")
    panel = RunHere(SMALL, folder=tmp_path)
    assert "170 MB" in panel.button.description and not list(tmp_path.rglob("*.json"))
    assert panel.stop.disabled and not panel.button.disabled and picture(panel).startswith(PNG)
    monkeypatch.setenv("GN_EDU_DATA", str(tmp_path))
    assert RunHere(SMALL, folder=tmp_path).button.description == "Train"


def test_a_click_trains_to_the_end_and_the_run_stands_beside_the_recorded(pictures, tmp_path):
    panel = RunHere(SMALL, folder=tmp_path, data=pictures)
    before = picture(panel)
    panel.button.click()
    panel.wait()
    (record,) = records.read_records(tmp_path / "main")
    assert record == panel.record and record.config == SMALL and panel.bar.value == 1
    error = re.search(r"Your run: ([\d.]+) % of the test pictures wrong \(synthetic\)", panel.said.value)
    assert float(error[1]) == pytest.approx(record.result.error_by_epoch[-1], abs=0.006)
    assert picture(panel).startswith(PNG) and picture(panel) != before
    beside = RunHere(SMALL, [record], tmp_path, pictures)
    assert picture(beside) != before  # the recorded run is drawn
    assert not panel.button.disabled and panel.stop.disabled


def test_a_stopped_run_goes_on_where_it_was_and_ends_like_an_undisturbed_one(pictures, tmp_path, monkeypatch):
    epochs = []

    def stopped_in_the_second_epoch(panel):
        real = panel._watch

        def watch(trainer, loss):
            epochs.append(trainer.epoch)
            if trainer.epoch == 1 and loss is not None:
                panel.stop.click()
            real(trainer, loss)

        panel._watch = watch

    panel = RunHere(SMALL, folder=tmp_path / "stopped", data=pictures)
    stopped_in_the_second_epoch(panel)
    panel.start()
    panel.wait()
    assert panel.record is None and "Press Train to go on" in panel.said.value and max(epochs) == 1
    # As after a kernel that died: another panel, nothing but the folder in common.
    again = RunHere(SMALL, folder=tmp_path / "stopped", data=pictures)
    began = []
    monkeypatch.setattr(Trainer, "run_epoch", _noting(began))
    again.button.click()
    again.wait()
    assert began == [1, 2]
    whole = RunHere(SMALL, folder=tmp_path / "whole", data=pictures)
    whole.start()
    whole.wait()
    assert again.record.result.error_by_epoch == whole.record.result.error_by_epoch


def _noting(began):
    real = Trainer.run_epoch
    return lambda trainer, *args: (began.append(trainer.epoch), real(trainer, *args))[1]


def test_what_goes_wrong_is_said_in_the_panel(monkeypatch, tmp_path):
    def no_network(**how):
        raise OSError("<no> way to the pictures")

    monkeypatch.setattr("gn_edu.run_here.load_cifar10", no_network)
    panel = RunHere(SMALL, folder=tmp_path)
    panel.button.click()
    panel.wait()
    assert panel.said.value == "&lt;no&gt; way to the pictures" and not panel.button.disabled


def test_operations_are_those_of_the_convolutions_and_the_last_layer():
    """Counted by hand for airbench94's widths halved: a multiplication and an addition for each weight and pixel."""
    weights = {(24, 32): 31, (32, 32): 15, (32, 128): 15, (128, 128): 7}
    forward = sum(9 * a * b * side**2 for (a, b), side in weights.items())
    forward += 9 * 128 * 128 * (7**2 + 3**2)  # the third block
    stem, last = 12 * 24 * 31**2, 1280
    # Backward it is twice that; the stem is fixed, and the first convolution has no input that learns.
    each = 2 * (3 * (forward + last) + stem) - 2 * 9 * 24 * 32 * 31**2
    assert operations(RECIPES["main"]) == pytest.approx(each * IMAGES * 8, rel=1e-6)


def test_a_notebook_shows_the_panel_and_a_reader_without_one_a_line(pictures):
    panel = RunHere(data=pictures)
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == "RunHere: GN + WS, 8 x 50000 pictures, batch 512"
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.panel.model_id
