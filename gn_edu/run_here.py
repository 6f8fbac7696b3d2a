"""A panel for notebooks that trains a network on CIFAR-10 where the notebook is, and draws it beside recorded runs."""

import html
import math
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import ipywidgets
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from gn_edu.config import RunConfig
from gn_edu.data import Cifar10, cifar10_is_here, load_cifar10
from gn_edu.messages import tr
from gn_edu.nets import build
from gn_edu.plots import error_beside
from gn_edu.recipes import RECIPES
from gn_edu.records import RunRecord
from gn_edu.show import fixed
from gn_edu.training.loop import Trainer, train

IMAGES = 50_000  # CIFAR-10's for training
VIEW = "application/vnd.jupyter.widget-view+json"


class Stopped(Exception):
    """The reader has pressed Stop."""


def operations(config: RunConfig) -> float:
    """Multiplications and additions of a run's training steps, counted on one step of two pictures."""
    net = build(config.network)
    counter = FlopCounterMode(display=False)
    with counter:
        F.cross_entropy(net(torch.randn(2, 3, 32, 32)), torch.tensor([0, 1])).backward()
    return counter.get_total_flops() / 2 * (config.data.n_train or IMAGES) * config.clock.epochs


class RunHere:
    """Trains one run when its button is pressed: a bar, time left, the curve after each epoch, and a button to stop.

    Nothing is fetched before the button is pressed, and the button says when 170 MB will be. A run that was stopped, or
    whose kernel died, goes on with the epoch it was in when the button is pressed again.

    Args:
        config: the settings; by default the main run's, group norm with weight standardization.
        recorded: runs to draw it beside.
        folder: where its record and its state are kept.
        data: the pictures, if they are not to be looked for.
    """

    def __init__(
        self,
        config: RunConfig = RECIPES["main"],
        recorded: Sequence[RunRecord] = (),
        folder: Path | str = "my_runs",
        data: Cifar10 | None = None,
    ):
        self.config, self.recorded, self.data = config, list(recorded), data
        self.folder = Path(folder) / config.experiment
        self.record: RunRecord | None = None
        self._stopping, self._thread = threading.Event(), threading.Thread()
        self._began: tuple[float, int] | None = None  # when, and after how many images, this thread began to train
        here = data is not None or cifar10_is_here()
        label = tr("Train") if here else tr("Download CIFAR-10 (170 MB) and train")
        self.button = ipywidgets.Button(description=label, layout={"width": "auto"})
        self.stop = ipywidgets.Button(description=tr("Stop"), disabled=True)
        self.bar = ipywidgets.FloatProgress(0, min=0, max=1, layout={"width": "auto"})
        self.said = ipywidgets.HTML()
        self.picture = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": "560px"})
        buttons = ipywidgets.HBox([self.button, self.stop])
        self.panel = ipywidgets.VBox([buttons, self.bar, self.said, self.picture])
        self.button.on_click(lambda _: self.start())
        self.stop.on_click(lambda _: self._stopping.set())
        count = f"{operations(config) / 1e9:,.0f}"
        self._say(tr("{count} billion operations in all", count=count))
        self._draw([])

    def __repr__(self) -> str:
        network, data = self.config.network, self.config.data
        ws = " + WS" if network.ws else ""
        images = data.n_train or IMAGES
        length = f"{self.config.clock.epochs} x {images} pictures"
        return f"RunHere: {network.norm.upper()}{ws}, {length}, batch {data.batch}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.panel.model_id}
        return {"text/plain": repr(self), VIEW: view}

    def start(self) -> None:
        """Train, or go on, in a thread of its own; does nothing while one is at it."""
        if self._thread.is_alive():
            return
        self._stopping.clear()
        self.button.disabled, self.stop.disabled = True, False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the run has ended or was stopped, `seconds` at most."""
        self._thread.join(seconds)

    def _work(self) -> None:
        try:
            if self.data is None:
                self._say(tr("Looking for the pictures"))
                self.data = load_cifar10(download=True)
            self._began = None
            self.record = train(self.config, self.data, self.folder, progress=False, watch=self._watch)
            assert self.record is not None, "only a run with a time to end by may end without a record"
            self._end(self.record)
        except Stopped:
            self._say(tr("Stopped. Press Train to go on with the epoch that it was in."))
        except (OSError, ValueError, MemoryError, RuntimeError) as error:
            self._say(html.escape(str(error)))
        finally:
            self.button.description = tr("Train")
            self.button.disabled, self.stop.disabled = False, True

    def _watch(self, trainer: Trainer, loss: float | None) -> None:
        if self._stopping.is_set():
            raise Stopped
        if loss is None:
            self._draw(trainer.error_by_epoch)
            return
        total = trainer.clock.in_all(self.config.data.batch) or math.inf
        self._began = self._began or (time.monotonic(), trainer.images)
        began, before = self._began
        self.bar.value = trainer.images / total
        done = trainer.images - before
        if done:
            left = (time.monotonic() - began) / done * (total - trainer.images)
            values = {"epoch": trainer.epoch + 1, "loss": fixed(loss, 2), "left": _minutes(left)}
            self._say(tr("epoch {epoch}: loss {loss}; {left} left", **values))

    def _end(self, record: RunRecord) -> None:
        self.bar.value = 1
        self._draw(record.result.error_by_epoch)
        if record.result.stopped:
            self._say(html.escape(record.result.stopped))
            return
        values = {"error": fixed(100 - record.result.accuracy, 2), "data": record.provenance.data}
        self._say(tr("Your run: {error} % of the test pictures wrong ({data}).", **values))

    def _draw(self, errors: Sequence[float]) -> None:
        self.picture.value = error_beside(self.recorded, errors, self.config.clock.epochs)

    def _say(self, text: str) -> None:
        self.said.value = text


def _minutes(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
