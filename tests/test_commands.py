"""Every command that the texts name exists and takes the words that they give it; the small ones are run."""

import doctest
import functools
import json
import re
import shlex
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from browser import in_browser

from gn_edu import cli
from gn_edu.config import PARTS, SETTINGS, RunConfig
from gn_edu.training.sweep import read_sweep
from scripts.address import files, present
from scripts.bench_widgets import CHANGES
from scripts.paths import ROOT

# Words that begin commands of others.
OTHERS = {"git", "cd", "python3", "apt", "pip", "jupyter", "pytest"}
OURS = r"(?:scripts|gn_edu\w*)\."  # how the modules of ours that are run begin


def texts() -> dict[str, str]:
    """Name to text of every page that a reader works from; of a notebook, what is not code."""
    names = ("README.md", "CONTRIBUTING.md", "gn_edu/results/README.md")
    pages = [*(ROOT / name for name in names), *sorted((ROOT / "book").glob("*.md"))]
    found = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in pages}
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found[path.name] = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return found


def commands() -> list[tuple[str, str, bool]]:
    """(text, command, whether it stands in a block of its own) of all of them."""
    found = []
    for name, text in texts().items():
        for block in re.findall(r"^```bash\n(.*?)^```", text, re.M | re.S):
            lines = [line.split(" #")[0].strip() for line in block.splitlines()]
            found += [(name, part.strip(), True) for line in lines if line for part in line.split("&&")]
        inline = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", inline)]
        # In a text, `gn-edu train` may be the name of the command.
        ours = re.compile(r"(?:(?:\S*/)?(?:make|gn-edu|python) \S|gn-edu$|--[a-z])")
        found += [(name, span, False) for span in spans if ours.match(span)]
    return sorted(set(found))


COMMANDS = commands()
SUBCOMMANDS = ("train", "speedrun", "sweep", "release", "grade", "gain")


def gn_edu(words: list[str], whole: bool) -> None:
    """Parse it as the command does, and read the files that it names."""
    assert not words or words[0] in SUBCOMMANDS
    if not whole and len(words) < 2:
        return
    if "--help" in words:
        run_gn_edu(words)
        return
    command = cli.parse(words)
    if words[0] == "train":
        command.config()
    elif words[0] == "sweep":
        assert read_sweep(ROOT / command.file)
    elif words[0] == "release":
        assert (ROOT / command.source).exists()


@functools.cache
def options() -> set[str]:
    """What any subcommand of gn-edu takes."""
    help_texts = [run_gn_edu([name, "--help"]) for name in SUBCOMMANDS]
    return {option for text in help_texts for option in re.findall(r"--[a-z-]+", text)}


def run_gn_edu(words: list[str], without: str = "", ends: int = 0) -> str:
    """What gn-edu prints, in a process where the package `without` is missing and torch stays out."""
    missing = f"sys.modules[{without!r}] = None; " if without else ""
    code = f"import sys; {missing}import atexit; from gn_edu.cli import main; "
    code += "atexit.register(lambda: print('torch' in sys.modules)); sys.exit(main())"
    result = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == ends and result.stdout.endswith("False\n"), result.stdout + result.stderr
    return result.stdout + result.stderr


def test_help_does_without_torch():
    text = run_gn_edu(["--help"])
    assert all(f"• {name} " in text for name in SUBCOMMANDS)
    assert {"--norm", "--no-ws", "--seed-by", "--shard", "--runs", "--students"} <= options()


def test_every_setting_is_an_option_and_its_docstring_the_help():
    text = " ".join(re.sub("[│╭╮╰╯─]", " ", run_gn_edu(["train", "--help"])).split())
    for name, part in SETTINGS.items():
        kind = PARTS.get(part, RunConfig)
        (said,) = re.findall(rf"\n        {name}: ((?:.|\n            )+)", kind.__doc__)
        assert f"--{name.replace('_', '-')}" in options() and " ".join(said.split()) in text


def test_without_the_grader_its_commands_say_how_to_get_it():
    assert 'pip install "gn-edu[grader]"' in " ".join(run_gn_edu(["--help"], "gn_edu_grader").replace("│", "").split())
    for words in (["release", "a", "b"], ["grade", "a", "--out", "b.csv"], ["grade", "--help"]):
        said = run_gn_edu(words, "gn_edu_grader", ends=2)
        assert 'gn-edu: this command comes with the grader: pip install "gn-edu[grader]"' in said


def python(words: list[str]) -> None:
    """A module of ours can be imported and has something to run; one that comes with Python is taken as it is."""
    assert words[0] == "-m", words
    if words[1] not in ("venv", "pip"):
        assert re.match(OURS, words[1]) and callable(import_module(words[1]).main), words


@pytest.mark.parametrize("text, command, whole", COMMANDS, ids=lambda value: str(value))
def test_a_command_in_a_text_can_be_given(text, command, whole):
    words = shlex.split(command)
    while "=" in words[0] and not words[0].startswith("-"):
        words.pop(0)  # OMP_NUM_THREADS=1
    name = words[0].removeprefix(".venv/bin/")
    if name == "make":
        if shutil.which("make") is None:
            pytest.skip("make is missing")
        result = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    elif name == "gn-edu":
        gn_edu(words[1:], whole)
    elif name == "python":
        python(words[1:])
    elif name.startswith("--"):
        assert name in options(), f"no command has the option {name}"
    else:
        assert name in OTHERS, f"what is {name!r}? Teach this test to check it"


def test_the_texts_name_what_this_test_is_about():
    named = {command.split()[0].removeprefix(".venv/bin/") for _, command, _ in COMMANDS}
    assert {"make", "gn-edu", "python", "--seconds"} <= named and len(COMMANDS) > 40


def test_every_script_that_make_calls_is_there():
    modules = re.findall(rf"-m ({OURS}[\w.]+)", (ROOT / "Makefile").read_text())
    assert len(modules) > 10
    for module in modules:
        python(["-m", module])


# ---- the small ones, run


def test_the_example_on_the_first_screen_is_true():
    screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    (text,) = re.findall(r"^```python\n(.*?)^```", screen, re.M | re.S)
    found = doctest.DocTestParser().get_doctest(text, {}, "README.md", None, 0)
    assert len(found.examples) == 4 and doctest.DocTestRunner().run(found).failed == 0


@pytest.mark.site
@in_browser
def test_the_widgets_can_be_timed():
    command = [sys.executable, "-m", "scripts.bench_widgets", "--times", "1"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    shown = set(re.findall(r"^(\w+) +median", result.stdout, re.M))
    assert shown == {stem for _, stem in CHANGES} | {"neighbours"}, result.stdout
    assert shown <= {path.stem for path in (ROOT / "gn_edu/widgets").glob("*.py")}


@pytest.mark.parametrize("missing", ["torch", "numpy"])
def test_without_torch_or_numpy_the_gpu_runs_say_what_is_missing(missing):
    run = "runpy.run_module('gn_edu.gpu_results', run_name='__main__')"
    code = f"import runpy, sys; sys.modules[{missing!r}] = None; {run}"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1 and result.stderr.count("\n") == 1, result.stderr
    assert f"needs {missing}" in result.stderr and "pip install torch numpy" in result.stderr


PROJECTS = ("gn_edu_site/pyproject.toml", "gn_edu_grader/pyproject.toml")


@pytest.fixture
def copied(tmp_path):
    """What the scripts for writers read and write, without git."""
    for name in ("scripts", "notebooks", "gn_edu/exercises"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in (
        "_config.yml",
        "_toc.yml",
        "README.md",
        "CITATION.cff",
        "book/run_it.md",
        "gn_edu/__init__.py",
        *PROJECTS,
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run_as_in(text: str, script: str, folder: Path) -> list[str]:
    """Run the command that a text gives for a script, in a folder; returns its words."""
    (command,) = [c for name, c, _ in COMMANDS if name == text and f"scripts.{script}" in c]
    words = shlex.split(command)[1:]
    result = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return words[2:]


def test_a_new_chapter_gets_its_files_and_its_place(copied):
    (stem,) = re.findall(r"new_chapter (\w+)", (ROOT / "CONTRIBUTING.md").read_text())
    old = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"][0]["chapters"]
    others = [chapter for chapter in old if chapter["file"] != f"notebooks/{stem}"]
    toc = yaml.safe_load((copied / "_toc.yml").read_text())
    toc["parts"][0]["chapters"] = others
    (copied / "_toc.yml").write_text(yaml.safe_dump(toc))
    for path in (f"notebooks/{stem}.ipynb", f"gn_edu/exercises/{stem}.py"):
        (copied / path).unlink(missing_ok=True)
    _, title = run_as_in("CONTRIBUTING.md", "new_chapter", copied)
    now = [c["file"] for c in yaml.safe_load((copied / "_toc.yml").read_text())["parts"][0]["chapters"]]
    chapters = [file for file in now if file.startswith("notebooks/")]
    assert f"notebooks/{stem}" in now and chapters == sorted(chapters) == now[: len(chapters)]
    assert [file for file in now if file != f"notebooks/{stem}"] == [chapter["file"] for chapter in others]
    assert title in (copied / f"notebooks/{stem}.ipynb").read_text()
    compile((copied / f"gn_edu/exercises/{stem}.py").read_text(), stem, "exec")


def test_a_new_address_and_tag_reach_every_place(copied):
    before = present()
    address, tag = run_as_in("CONTRIBUTING.md", "address", copied)
    read = {path: (copied / path.relative_to(ROOT)).read_text() for path in files()}
    for path, text in read.items():
        assert text.count(address) == path.read_text().count(before[0]) and before[0] not in text
        assert f"{address}@{before[1]}" not in text
    assert f"gn_tag: {tag}" in read[ROOT / "_config.yml"] and f"\nversion: {tag[1:]}\n" in read[ROOT / "CITATION.cff"]
    assert f'__version__ = "{tag[1:]}"' in read[ROOT / "gn_edu/__init__.py"]
    assert all(f'\nversion = "{tag[1:]}"\n' in read[ROOT / project] for project in PROJECTS)
