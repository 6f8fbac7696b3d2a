"""The widgets' sources: their bundles are up to date, nothing is written down twice, and a class means one thing."""

import hashlib
import json
import re
import subprocess
from collections import Counter

import pytest
import tinycss2

from gn_edu.widgets.base import STATIC
from gn_edu_site.node import node_path
from scripts.paths import ROOT

WIDGETS = ROOT / "gn_edu" / "widgets"
SOURCES = WIDGETS / "src"
PALETTE = ROOT / "gn_edu" / "palette.json"
PAGES = ROOT / "book" / "_static"
LIVE = ROOT / "gn_edu_site" / "live_page"
SCRIPTS = sorted(
    [
        *SOURCES.rglob("*.js"),
        *PAGES.glob("*.js"),
        *LIVE.glob("*.*js"),
        *LIVE.parent.glob("*.cjs"),
        *WIDGETS.glob("*.mjs"),
    ]
)
SHEETS = sorted([*SOURCES.rglob("*.css"), *PAGES.glob("*.css"), *LIVE.glob("*.css")])


def test_the_bundles_were_made_from_these_sources():
    """What build.mjs wrote down beside them: a hash of how, of the palette and of every source, each under its name."""
    digest = hashlib.sha256()
    files = {path.relative_to(WIDGETS).as_posix(): path for path in SOURCES.rglob("*") if path.is_file()}
    files |= {name: WIDGETS / name for name in ("build.mjs", "bundle.mjs")} | {"palette.json": PALETTE}
    for name, path in sorted(files.items()):
        digest.update(f"{name}\n".encode() + path.read_bytes())
    assert (STATIC / "sources.sha256").read_text().strip() == digest.hexdigest(), "run make widgets"


@pytest.mark.skipif(not (ROOT / "node_modules" / "esbuild").is_dir(), reason="esbuild is missing: make install")
def test_building_again_gives_the_same_bundles(tmp_path):
    subprocess.run([node_path(), WIDGETS / "build.mjs", "--out", tmp_path], check=True)
    built, kept = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (tmp_path, STATIC))
    assert len(built) > 20 and built == kept, "run make widgets"


def rules(css, where=""):
    """(at-rules around it, selectors, declarations) of each rule."""
    for rule in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        prelude = " ".join(tinycss2.serialize(rule.prelude).split()) if hasattr(rule, "prelude") else ""
        if rule.type == "at-rule" and rule.content and rule.lower_at_keyword in ("media", "container", "supports"):
            yield from rules(rule.content, f"{where} @{rule.lower_at_keyword} {prelude}")
        elif rule.type == "qualified-rule":
            yield where, prelude, " ".join(tinycss2.serialize(rule.content).split())


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_no_rule_stands_twice_in_a_style_sheet(path):
    found = Counter(rules(path.read_text(encoding="utf-8")))
    assert found and not [rule for rule, times in found.items() if times > 1]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_style_sheets_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_scripts_stay_readable(path):
    """Functions, too: Biome holds them to 80 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_colours_of_the_palette_stand_there_alone():
    """Style sheets, scripts and Matplotlib read gn_edu/palette.json. What a notebook stores was drawn from it."""
    light, dark = (json.loads(PALETTE.read_text(encoding="utf-8"))[side] for side in ("light", "dark"))
    assert set(dark) <= set(light)
    colours = {*light.values(), *dark.values()}
    folders = [ROOT / name for name in ("gn_edu", "gn_edu_grader", "gn_edu_site", "book", "scripts")]
    kinds = {".py", ".js", ".mjs", ".css", ".html", ".md"}
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").lower()
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in kinds and STATIC not in path.parents
    }
    assert len(texts) > 100
    assert not [(name, colour) for name, text in texts.items() for colour in colours if colour in text]


def test_every_colour_of_the_palette_is_used():
    sheets = [*SOURCES.rglob("*.css"), *(ROOT / "book").rglob("*.css"), *(ROOT / "gn_edu").glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sheets)
    names = json.loads(PALETTE.read_text(encoding="utf-8"))["light"]
    assert not [name for name in names if not re.search(rf"var\(--gn-{name}\b", text)]


def test_the_random_numbers_of_the_widgets_come_from_one_place():
    """The multiplications of 32 bits that mix them are nowhere else."""
    assert [path.name for path in SOURCES.rglob("*.js") if "Math.imul(" in path.read_text()] == ["random.js"]


def test_classes_that_the_frame_switches_are_the_frames_alone():
    frame = SOURCES / "shared" / "frame.js"
    switched = set(re.findall(r'classList\.\w+\("(gn-[\w-]+)"', frame.read_text(encoding="utf-8")))
    assert "gn-pinned" in switched
    made = {path.name: path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.js") if path != frame}
    assert not [(name, c) for name, text in made.items() for c in switched if re.search(rf'class: "[^"]*\b{c}\b', text)]


def test_what_pages_style_by_its_class_alone_is_no_part_of_a_widget():
    """A rule of the pages for `.gn-x` would hold in a widget that calls something so, too."""
    bare, used = set(), set()
    for path in PAGES.glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
        selectors = [part for head in re.findall(r"([^{}]+)\{", rules) for part in head.split(",")]
        bare |= {found[1] for part in selectors if (found := re.match(r"\s*\.([\w-]+)", part))}
    for path in SOURCES.rglob("*.js"):
        for names in re.findall(r'class(?:: |=)"([\w\- ]+)"', path.read_text(encoding="utf-8")):
            used |= set(names.split())
    assert len(bare) > 20 and len(used) > 100
    assert bare & used == {"gn-question-still"}  # the still of a question, which the page lays out
