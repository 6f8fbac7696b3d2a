"""How long a run has trained, and what share of it is over: in epochs, or in seconds of a budget."""

import time
from contextlib import contextmanager

import torch

from gn_edu.config import ClockConfig


class Clock:
    """Counts the seconds of training; those between two times of `running` (the tests) do not count.

    Args:
        config: epochs, or a budget. Against a budget count a CPU's own seconds, and on a GPU those on the wall.
        device: whose seconds.
        steps: updates in an epoch.
    """

    def __init__(self, config: ClockConfig, device: torch.device, steps: int):
        self.config, self.device, self.steps = config, device, steps
        self.cpu_s = self.wall_s = 0.0
        self._began = None

    @contextmanager
    def running(self):
        """The context whose seconds count, once the device has done all that it was given."""
        cpu, wall = self._began = time.process_time() - self.cpu_s, time.perf_counter() - self.wall_s
        try:
            yield
        finally:
            if self.device.type == "cuda":
                torch.cuda.synchronize()
            self.cpu_s, self.wall_s = time.process_time() - cpu, time.perf_counter() - wall
            self._began = None

    def elapsed(self) -> float:
        """The seconds so far that count against a budget."""
        on_the_wall = self.device.type == "cuda"
        if self._began is None:
            return self.wall_s if on_the_wall else self.cpu_s
        return time.perf_counter() - self._began[1] if on_the_wall else time.process_time() - self._began[0]

    def share(self, epoch: int, step: int) -> float:
        """The share of the run, 0 to 1, that is over at a step of an epoch, both counted from 0; 1 or more at its end.

        Counted in epochs, it is that of the middle of the step: then the first step moves, and so does the last.
        """
        if self.config.budget:
            return self.elapsed() / self.config.budget
        return (epoch * self.steps + step + 0.5) / (self.config.epochs * self.steps)

    def in_all(self, batch: int) -> int | None:
        """How many images the whole run will see, at `batch` a step; None where a budget decides."""
        return None if self.config.budget else self.config.epochs * self.steps * batch

    def finished(self, epoch: int) -> bool:
        """Whether the run is over when `epoch` epochs are done: that was all of them, or the budget is used up."""
        return self.elapsed() >= self.config.budget if self.config.budget else epoch >= self.config.epochs
