"""What can be seen of a run while it goes on: a progress bar, and numbers for TensorBoard."""

from contextlib import nullcontext
from pathlib import Path


class _NoBar:
    """A null progress bar."""

    n = 0

    def set_postfix(self, *args, **kwargs):
        pass

    def update(self, steps):
        pass


def progress_bar(shown: bool, total: int | None, unit: str, done: int = 0):
    """A progress bar of tqdm, or something as quiet as it is where none is wanted or tqdm is missing."""
    if not shown:
        return nullcontext(_NoBar())
    try:
        from tqdm.auto import tqdm
    except ImportError:  # a machine with torch and numpy alone
        return nullcontext(_NoBar())
    return tqdm(total=total, initial=done, unit=unit, unit_scale=True)


class _NoLog:
    """A null writer for TensorBoard."""

    def add_scalar(self, *args, **kwargs):
        pass


def tensorboard(wanted: bool, folder: Path, epoch: int):
    """A context with a writer for TensorBoard that goes on after `epoch` epochs, or one that writes nothing.

    Raises:
        ValueError: it is wanted, and the package tensorboard is missing.
    """
    if not wanted:
        return nullcontext(_NoLog())
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ValueError("track needs the package tensorboard: pip install tensorboard") from error
    return SummaryWriter(folder, purge_step=epoch + 1)
