"""What is installed: three wheels; the reader's is small, whole, and asks for nothing of the site's or the grader's."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from configparser import ConfigParser
from email import message_from_string
from pathlib import Path

import pytest

from scripts.paths import ROOT

SOURCES = ("gn_edu", "gn_edu_site", "gn_edu_grader", "pyproject.toml", "README.md", "LICENSE", "LICENSE-text")
FOLDERS = {"gn_edu": ".", "gn_edu_site": "gn_edu_site", "gn_edu_grader": "gn_edu_grader"}
MOST_BYTES = 1_500_000  # of the reader's wheel; the filters of the main run take 24,000 a run
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
OPTIONS = ["--no-deps", "--no-build-isolation", "--no-index"]


def run(*command, **options) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The tree without what earlier builds left in it."""
    folder = tmp_path_factory.mktemp("source")
    litter = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in SOURCES:
        path = ROOT / name
        copy = shutil.copy if path.is_file() else lambda a, b: shutil.copytree(a, b, ignore=litter)
        copy(path, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheels(source, tmp_path_factory):
    """Each package's wheel."""
    out = tmp_path_factory.mktemp("wheels")
    run(*PIP, "wheel", *OPTIONS, "--wheel-dir", out, *(source / folder for folder in FOLDERS.values()))
    found = {path.name.split("-")[0]: path for path in out.glob("*.whl")}
    assert found.keys() == FOLDERS.keys()
    return found


@pytest.fixture(scope="module")
def readers(wheels, tmp_path_factory):
    """A folder in which only the reader's wheel is installed."""
    folder = tmp_path_factory.mktemp("readers")
    run(*PIP, "install", *OPTIONS, "--target", folder, wheels["gn_edu"])
    return folder


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def about(wheel: Path, file: str) -> str:
    """The text of a file of the wheel's metadata, or ""."""
    with zipfile.ZipFile(wheel) as archive:
        (path,) = [p for p in zipfile.Path(archive).iterdir() if p.name.endswith(".dist-info")]
        return (path / file).read_text(encoding="utf-8") if (path / file).exists() else ""


@pytest.mark.parametrize("package", FOLDERS)
def test_a_wheel_holds_its_package_whole_and_no_other(wheels, package):
    found = {name for name in names(wheels[package]) if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in found} == {package}
    kept = {".py", ".cjs"} if package == "gn_edu_site" else {".py", ".json", ".toml", ".typed"}
    tracked = run("git", "ls-files", package, ":!gn_edu/widgets/src", cwd=ROOT).split("\n")
    wanted = {name for name in tracked if Path(name).suffix in kept and Path(name).name != "pyproject.toml"}
    assert wanted - found == set()


def test_the_readers_wheel_is_small_and_whole(wheels):
    found, size = names(wheels["gn_edu"]), wheels["gn_edu"].stat().st_size
    assert size <= MOST_BYTES, size
    parts = (
        "norms.py",
        "nets",
        "training/",
        "data",
        "exercises/",
        "results/first/",
        "languages/",
        "widgets/",
        "py.typed",
    )
    for part in parts:
        assert any(name.startswith(f"gn_edu/{part}") for name in found), part
    assert any(name.startswith("gn_edu/widgets/static/") and name.endswith(".js") for name in found)
    assert not any(name.startswith("gn_edu/widgets/src/") for name in found), "the bundles are enough"


def test_only_the_sites_wheel_has_something_to_say_to_a_book(wheels):
    """myst-nb loads the entry points of an environment in every book that is built there."""
    said = {}
    for package, wheel in wheels.items():
        points = ConfigParser()
        points.read_string(about(wheel, "entry_points.txt"))
        said[package] = set(points.sections())
    renders = {"gn_edu_site": {"myst_nb.mime_renderers"}}
    assert said == {"gn_edu": {"console_scripts"}, "gn_edu_grader": set()} | renders


def test_the_oldest_python_is_said_and_true(wheels):
    for wheel in wheels.values():
        assert message_from_string(about(wheel, "METADATA"))["Requires-Python"] == ">=3.11"
    assert tomllib  # new in 3.11; sweeps are read with it
    assert any("import tomllib" in path.read_text() for path in (ROOT / "gn_edu").rglob("*.py"))


def alone(folder: Path, *command, **more) -> str:
    """Run it where the folder is the first place to look for packages, and the tree is none."""
    return run(*command, cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)} | more)


def test_the_reader_reads_records_and_asks_for_help(readers):
    code = f"""
import sys
sys.modules |= dict.fromkeys(["gn_edu_site", "gn_edu_grader", "scripts", "tests"])  # None: not at hand
import gn_edu, gn_edu.exercises, gn_edu.widgets, gn_edu.paper, gn_edu.questions
from gn_edu import messages, records
assert gn_edu.__file__.startswith({str(readers)!r}), gn_edu.__file__
messages.set_language("si")
print(len(records.published("first")))
"""
    assert int(alone(readers, sys.executable, "-c", code)) >= 12
    assert "train" in alone(readers, readers / "bin" / "gn-edu", "--help")


def test_a_teacher_installs_from_a_tag(source, tmp_path):
    """pip install "git+ADDRESS@TAG" "git+ADDRESS@TAG#subdirectory=gn_edu_grader"."""
    git = ["git", "-C", source, "-c", "user.name=a", "-c", "user.email=a@b.c"]
    run(*git[:3], "init", "--quiet")
    run(*git, "add", *SOURCES)
    run(*git, "commit", "--quiet", "-m", "all")
    run(*git, "tag", "v0")
    address = f"git+file://{source}@v0"
    packages = [address, f"{address}#subdirectory=gn_edu_grader"]
    run(*PIP, "install", *OPTIONS, "--target", tmp_path, *packages)
    code = "import gn_edu, gn_edu_grader.grade as g; print(gn_edu.__file__, g.__file__)"
    assert alone(tmp_path, sys.executable, "-c", code).count(str(tmp_path)) == 2
    assert not (tmp_path / "gn_edu_site").exists()
