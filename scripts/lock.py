"""Compile requirements/*.in into whole closures, the newest that fit: python -m scripts.lock [--check]   (make lock)

book.in becomes requirements.txt, the others NAME.txt beside their list. A file holds no address of an index, so pip
takes the packages from wherever it is told to. Then, and alone with --check, the book's file is resolved once more,
without an installation, for each system and Python that it is made for.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.paths import ROOT

FOLDER = ROOT / "requirements"
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = ("linux", "macos", "windows")
MACOS = "14.0"  # the oldest that torch has a build for
# The accelerator builds of torch bring these along, gigabytes of them; its CPU build needs none. What a list asks for
# itself stays.
ACCELERATOR = re.compile(r"(nvidia|cuda)-|triton\b")
HEADER = "# Made by `make lock` from requirements/{}, for Python 3.11 and newer."
CPU = " It is the closure of torch's CPU build: pip adds what another build asks for."


def lists() -> dict[Path, Path]:
    """Each list of what is asked for, and the file with its closure."""
    return {
        path: ROOT / "requirements.txt" if path.stem == "book" else path.with_suffix(".txt")
        for path in sorted(FOLDER.glob("*.in"))
    }


def resolve(path: Path, *options: str) -> str:
    """What uv makes of a file of requirements."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        "--no-cache",
        *options,
        path.name,
    ]
    environment = os.environ | {"MACOSX_DEPLOYMENT_TARGET": MACOS}
    done = subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{path.relative_to(ROOT)} cannot be resolved with {' '.join(options)}:\n{done.stderr}")
    return done.stdout


def compile_all() -> None:
    """Write every closure. The lists are valid from the oldest Python on, with one version of a package for all."""
    for path, target in lists().items():
        options = ("--universal", "--fork-strategy=fewest", "--annotation-style=line", f"--python-version={PYTHONS[0]}")
        all_pins = resolve(path, *options).splitlines()
        pins = [line for line in all_pins if not ACCELERATOR.match(line) or f"-r {path.name}" in line]
        header = HEADER.format(path.name) + (CPU if len(pins) < len(all_pins) else "")
        target.write_text("\n".join([header, *pins]) + "\n", encoding="utf-8")
        print(f"{target.relative_to(ROOT)}: {len(pins)} packages")


def check_all() -> None:
    """Resolve the book's closure for every system and Python; what has no wheel there is an error."""
    for system in SYSTEMS:
        for python in PYTHONS:
            options = ("--only-binary=:all:", f"--python-platform={system}", f"--python-version={python}")
            pins = resolve(ROOT / "requirements.txt", *options).count("==")
            print(f"{system}, Python {python}: {pins} packages")


def main() -> None:
    if sys.argv[1:] != ["--check"]:
        compile_all()
    check_all()


if __name__ == "__main__":
    main()
