"""Arranging lines: the right order is right, every line beside another makes its mistake; the hand on the list."""

import json
import subprocess
import sys

import pytest
import torch

from gn_edu.exercises import EXERCISES
from gn_edu.exercises.ch04_build import GROUP_NORM
from gn_edu.exercises.exercise import mistakes
from gn_edu_site.live_lines import ARRANGED, lines_of
from gn_edu_site.live_tables import table_file

RECORDS = {**EXERCISES, GROUP_NORM.name: GROUP_NORM}
PAIRS = [(name, k) for name in ARRANGED for k, block in enumerate(lines_of(name)["blocks"]) if "pair" in block]


def program(lines, wrong=None):
    """The right arrangement as a text; with block number `wrong` as the line beside it has it."""
    blocks = [block["pair"][k == wrong] if "pair" in block else block for k, block in enumerate(lines["blocks"])]
    body = ["    " * block["indent"] + line for block in blocks for line in block["text"].split("\n")]
    return "\n".join([lines["head"], *body, ""])


def verdict(name, text):
    scope = {"torch": torch}
    exec(text, scope)
    return RECORDS[name].check(scope[RECORDS[name].function])


@pytest.mark.parametrize("name", ARRANGED)
def test_the_right_order_is_a_right_answer(name):
    assert verdict(name, program(lines_of(name))).ok


@pytest.mark.parametrize(("name", "k"), PAIRS)
def test_a_line_beside_another_makes_its_mistake_and_no_other(name, k):
    lines = lines_of(name)
    mistake = lines["blocks"][k]["pair"][1]["mistake"]
    report = verdict(name, program(lines, wrong=k))
    assert (report.ok, report.mistakes) == (False, [mistake])
    assert mistake in mistakes()


@pytest.mark.parametrize("name", ARRANGED)
def test_three_to_five_lines_stand_beside_another_and_all_are_short(name):
    lines = lines_of(name)
    assert 3 <= sum("pair" in block for block in lines["blocks"]) <= 5
    texts = [one["text"] for block in lines["blocks"] for one in block.get("pair", [block])]
    assert len(texts) == len(set(texts))
    assert max(len(line) for text in [lines["head"], *texts] for line in text.split("\n")) <= 44


def test_other_exercises_have_no_lines():
    assert lines_of("ex06") is None


def checked_in_page(name, programs):
    """What the page's check says of programs; in a process of its own, for its torch takes the name of the other."""
    asks = (
        "import json, sys; from gn_edu_site.live import page; table, programs = json.load(sys.stdin);"
        " print(json.dumps([json.loads(page.check(text, table)) for text in programs]))"
    )
    given = json.dumps([json.dumps(table_file(name)), programs])
    found = subprocess.run([sys.executable, "-c", asks], input=given, capture_output=True, text=True, check=True)
    return json.loads(found.stdout)


@pytest.mark.parametrize("name", ARRANGED)
def test_the_page_says_the_same_and_in_which_line_an_error_came(name):
    lines = lines_of(name)
    wrong = [k for k, block in enumerate(lines["blocks"]) if "pair" in block]
    late = {"head": lines["head"], "blocks": [lines["blocks"][1], lines["blocks"][0], *lines["blocks"][2:]]}
    right, *mistaken, unbound = checked_in_page(
        name, [program(lines), *(program(lines, k) for k in wrong), program(late)]
    )
    assert (right["ok"], right["line"]) == (True, None)
    assert [found["mistakes"] for found in mistaken] == [[lines["blocks"][k]["pair"][1]["mistake"]] for k in wrong]
    assert "UnboundLocalError" in unbound["text"]
    assert unbound["line"] == lines["head"].count("\n") + 2
