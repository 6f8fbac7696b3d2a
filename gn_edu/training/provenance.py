"""What a number was measured with: device, versions, commit and day, kept beside it."""

import datetime
import platform
import subprocess
from importlib import import_module
from pathlib import Path

import torch


def provenance(device: str, *packages: str) -> dict[str, str]:
    """Device, the packages' versions and Python's, the commit of the code, and the day (UTC)."""
    return {
        "device": device,
        **{name: import_module(name).__version__ for name in packages},
        "python": platform.python_version(),
        "commit": current_commit(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def device_name(device: torch.device) -> str:
    """The name of the GPU, or of the processor."""
    return torch.cuda.get_device_name() if device.type == "cuda" else processor()


def processor() -> str:
    """The processor's name where the system tells it, and how many of its threads torch takes."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {torch.get_num_threads()} threads"


def current_commit() -> str:
    """The commit of the working tree, "+" behind it where files differ from it; "unknown" outside a checkout."""
    folder = Path(__file__).parent

    def git(*words):
        return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
