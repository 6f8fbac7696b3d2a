"""The shape of the tree: who imports whom, sizes, one address, no orphans, catalogues that fit."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from gn_edu.questions import part as part_of
from gn_edu.questions import questions as all_questions
from scripts.address import files, present
from scripts.paths import ROOT

# A module imports only from the lines before its own.
ORDER = (
    "messages show intervals paper questions refusals norms fast triton_kernels triton_norm traffic descriptors data "
    "augment config reading recipes records digits nets training filter_study gpu_results plots run_here widgets "
    "exercises grader site cli".split()
)
ALONE = {
    "matplotlib": {"plots"},
    "plotly": {"plots", "site"},
    "anywidget": {"widgets"},
    "pooch": {"data"},
    "triton": {"triton_kernels"},
}
MODULES = sorted(p for name in ("gn_edu", "gn_edu_grader", "gn_edu_site") for p in (ROOT / name).rglob("*.py"))


def part(path: Path) -> str:
    return part_of_name(".".join(path.relative_to(ROOT).with_suffix("").parts))


def part_of_name(name: str) -> str:
    """The room of a module: gn_edu.widgets.base lies in widgets, gn_edu_site.live in site."""
    top, *rest = name.split(".")
    return top.removeprefix("gn_edu_") if top != "gn_edu" else rest[0] if rest else "__init__"


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            found |= {f"{base}.{alias.name}" for alias in node.names} if base == "gn_edu" else {base}
    return found


PAGES = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "book").glob("*.md")]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path):
    here = part(path)
    if here == "__init__":
        return
    for name in imports(path):
        top = name.split(".")[0]
        if top.startswith("gn_edu") and name != "gn_edu":
            there = part_of_name(name)
            assert ORDER.index(there) <= ORDER.index(here), f"{here} must not import {name}"
            assert {here, there} != {"widgets", "exercises"}
        assert here in ALONE.get(top, {here}), f"only {ALONE[top]} may import {top}"
        assert top not in ("tests", "scripts", "notebooks")


@pytest.mark.parametrize("path", [*MODULES, *sorted((ROOT / "scripts").glob("*.py"))], ids=lambda p: p.name)
def test_modules_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("stem", sorted(p.stem for p in (ROOT / "gn_edu/widgets").glob("*.py") if p.stem[0] != "_"))
def test_every_widget_has_its_files_is_shown_and_is_light(stem):
    if stem == "base":
        return
    folder = ROOT / "gn_edu" / "widgets" / "static"
    assert (folder / f"{stem}.css").is_file()
    assert (folder / f"{stem}.js").stat().st_size <= 60_000
    name = "".join(word.title() for word in stem.split("_"))
    assert any(f"{name}(" in path.read_text() for path in PAGES)


def test_every_question_is_asked_once():
    questions = all_questions()
    text = "".join(path.read_text() for path in (ROOT / "notebooks").glob("*.ipynb"))
    for name, question in questions.items():
        asked = text.count(f'QuickQuestion(\\"{name}\\")')
        assert asked == (part_of(name) not in ("entry", "exit"))
        assert sum("mistake" not in choice for choice in question["choices"]) == 1
        assert all(choice["reply"].endswith(("?", ".")) for choice in question["choices"])
        assert all("?" in choice["reply"] for choice in question["choices"] if "mistake" in choice)
    places = [["mistake" in choice for choice in q["choices"]].index(False) for q in questions.values()]
    assert max(places.count(place) for place in set(places)) <= len(places) / 2, "the right answer hides in one place"


def test_address_and_tag_agree_everywhere():
    address, tag = present()
    places = {path for path in files() if address in path.read_text(encoding="utf-8")}
    found = set()
    for path in tracked():
        for match in re.findall(r"https://github\.com/[\w.-]+/[\w.-]+(?:@[\w.]+)?", path.read_text("utf-8", "ignore")):
            ours = match.split("/")[3] in (address.split("/")[3], "OWNER")
            if path.name not in ("address.py", "CONTRIBUTING.md", "pages.py") and ours:
                found.add(path)
                assert match in (address, f"{address}@{tag}"), f"{path}: {match}"
    assert found == places
    version = re.search(r'__version__ = "(.*)"', (ROOT / "gn_edu/__init__.py").read_text())[1]
    for project in ("gn_edu_site", "gn_edu_grader"):
        assert f'version = "{version}"' in (ROOT / project / "pyproject.toml").read_text()
    assert tag == f"v{version}" and f"version: {version}" in (ROOT / "CITATION.cff").read_text()


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout.split("\0")
    kinds = {".py", ".md", ".yml", ".toml", ".ipynb", ".js", ".css", ".json", ".po", ".cff", ".txt", ".html", ""}
    paths = [ROOT / name for name in names if name and Path(name).suffix in kinds]
    return [p for p in paths if p.is_file() and "fonts" not in p.parts]


def test_every_page_is_in_the_table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = {chapter["file"] for part in toc["parts"] for chapter in part["chapters"]}
    pages = [*(ROOT / "notebooks").rglob("*.ipynb"), *(ROOT / "book").glob("*.md")]
    assert listed | {toc["root"]} == {path.relative_to(ROOT).with_suffix("").as_posix() for path in pages}
