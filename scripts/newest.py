"""Build and test with the newest releases of everything: python -m scripts.newest FOLDER   (make test-newest)

Clones the tree into FOLDER, with an environment of its own, made from requirements/book.in without exact versions.
Prints which packages moved against requirements.txt, and which steps and tests broke; fails if one did.
"""

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.lock import ACCELERATOR
from scripts.paths import ROOT


def pins(text: str) -> dict[str, str]:
    """Packages and versions that a file of requirements, or pip freeze, names for this machine.

    What an accelerator build of torch brings along is left out, as in requirements.txt.
    """
    found = [Requirement(line.split("#")[0].strip()) for line in text.splitlines() if "==" in line.split("#")[0]]
    return {
        canonicalize_name(r.name): str(r.specifier).removeprefix("==").split("+")[0]
        for r in found
        if not ACCELERATOR.match(r.name) and (r.marker is None or r.marker.evaluate())
    }


def unpinned(asked: str) -> str:
    """The list of what is asked for, without exact versions; bounds stay."""
    return re.sub(r"^([\w-]+)==[^\s#]+", r"\1", asked, flags=re.MULTILINE)


def moved(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """A line for each package with another version, or that came or went."""
    names = sorted(old.keys() | new.keys())
    return [f"{n}: {old.get(n, 'not there')} -> {new.get(n, 'gone')}" for n in names if old.get(n) != new.get(n)]


def broken(report: Path) -> list[str]:
    """The tests that failed, or could not run, in a report of pytest's in JUnit's format."""
    if not report.exists():
        return [f"no report: {report.name} was not written"]
    cases = ET.parse(report).iter("testcase")
    return [f"{c.get('classname')}::{c.get('name')}" for c in cases if {"failure", "error"} & {e.tag for e in c}]


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    asked = folder / "requirements" / "newest.txt"
    asked.write_text(unpinned((folder / "requirements" / "book.in").read_text(encoding="utf-8")), encoding="utf-8")

    def make(*words: str) -> bool:
        command = ["make", "--no-print-directory", f"REQUIREMENTS={asked.relative_to(folder)}", *words]
        return subprocess.run(command, cwd=folder).returncode == 0

    if not make("install"):
        print("\nThe newest releases cannot be installed together.")
        return 1
    freeze = [str(folder / ".venv/bin/python"), "-m", "pip", "freeze", "--all", "--exclude-editable"]
    new = pins(subprocess.run(freeze, capture_output=True, text=True, check=True).stdout)
    old = pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    # What the tests compare the installation with.
    lines = (f"{name}=={version}\n" for name, version in new.items() if name != "pip")
    (folder / "requirements.txt").write_text("".join(lines), encoding="utf-8")
    steps = {step: make(step) for step in ("lint", "book")}
    # A book that cannot be built must not hide what else is broken: the tests run on what there is of it.
    steps |= {step: make("REPORTS=1", "--old-file=book", step) for step in ("test-code", "test-notebooks")}
    changed = moved(old, {name: version for name, version in new.items() if name != "pip"})
    tests = [test for step in steps if step.startswith("test") for test in broken(folder / f"_build/{step}.xml")]
    failed = [step for step, passed in steps.items() if not passed]
    print(f"\nPackages that moved: {len(changed)}", *changed, sep="\n  ")
    print(f"\nSteps that failed: {', '.join(failed) or 'none'}")
    print(f"Tests that broke: {len(tests)}", *tests, sep="\n  ")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
