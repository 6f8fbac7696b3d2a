"""What a fresh machine gets: every package pinned, none installed besides, none imported that was not asked for."""

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import lock
from scripts.paths import ROOT

OWN = {"gn-edu", "gn-edu-grader", "gn-edu-site", "pip"}  # pip comes with the environment


def requirements(path: Path) -> dict[str, Requirement]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line]
    return {canonicalize_name(r.name): r for r in found}


@pytest.mark.parametrize("asked, closure", lock.lists().items(), ids=lambda p: p.name)
def test_a_closure_pins_all_that_is_asked_for_and_names_no_place(asked, closure):
    text, pins = closure.read_text(encoding="utf-8"), requirements(closure)
    assert "://" not in text and "--" not in text
    for name, pin in pins.items():
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), f"{name} is not pinned to one version"
        assert name in requirements(asked) or not lock.ACCELERATOR.match(name)
    for name, wanted in requirements(asked).items():
        assert name in pins and pins[name].specifier, f"{name}: run make lock"
        version = str(pins[name].specifier).removeprefix("==")
        assert wanted.specifier.contains(version, prereleases=True), f"{name} {version}: run make lock"


def test_nothing_is_installed_that_is_not_pinned():
    pins = requirements(ROOT / "requirements.txt")
    for package in metadata.distributions():
        name = canonicalize_name(package.metadata["Name"])
        if name in OWN or lock.ACCELERATOR.match(name):
            continue
        assert name in pins, f"{name} is installed and pinned nowhere: ask for it in requirements/book.in, make lock"
        assert pins[name].specifier.contains(package.version), (
            f"{name} {package.version} is installed, not {pins[name]}"
        )


def test_what_is_imported_is_asked_for():
    asked, owners = requirements(ROOT / "requirements/book.in"), metadata.packages_distributions()
    ours = {"gn_edu", "gn_edu_grader", "gn_edu_site"}
    for folder in (*ours, "scripts", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
                for top in (
                    {name.split(".")[0] for name in names}
                    - sys.stdlib_module_names
                    - {"gn_edu", "gn_edu_grader", "gn_edu_site"}
                ):
                    owner = {canonicalize_name(name) for name in owners.get(top, ())}
                    assert not owner or owner & asked.keys(), f"{path.name} imports {top}: ask for it in book.in"
