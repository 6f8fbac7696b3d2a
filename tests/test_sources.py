"""The widgets' scripts and the style sheets: nothing is written down twice, and a class means one thing."""

import re
from collections import Counter

import pytest
import tinycss2

from scripts.paths import ROOT

WIDGETS = ROOT / "gn_edu" / "widgets"
SHEETS = sorted([*WIDGETS.glob("*.css"), *(ROOT / "book" / "_static").glob("*.css")])


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


def test_the_random_numbers_of_the_widgets_come_from_one_place():
    """The multiplications of 32 bits that mix them are nowhere else."""
    assert [path.name for path in WIDGETS.glob("*.js") if "Math.imul(" in path.read_text()] == ["random.js"]


def test_classes_that_the_frame_switches_are_the_frames_alone():
    switched = set(re.findall(r'classList\.\w+\("(gn-[\w-]+)"', (WIDGETS / "frame.js").read_text(encoding="utf-8")))
    assert "gn-pinned" in switched
    made = {path.name: path.read_text(encoding="utf-8") for path in WIDGETS.glob("*.js") if path.stem != "frame"}
    assert not [(name, c) for name, text in made.items() for c in switched if re.search(rf'class: "[^"]*\b{c}\b', text)]
