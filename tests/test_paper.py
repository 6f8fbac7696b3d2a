"""The paper's numbers: one file, every table with a source, nothing shown that was not compared with the paper."""

import json
import re

import pytest

from gn_edu import paper
from scripts.paths import ROOT


def test_every_table_is_complete_and_has_its_source():
    for name, table in paper.tables().items():
        assert table.title and table.source and table.unit, name
        for values in table.rows.values():
            assert len(values) == len(table.columns), name


def test_known_numbers():
    sweep = paper.table("table2")
    assert (sweep["BN", "2"], sweep["GN", "2"], sweep["BN", "32"], sweep["GN", "32"]) == (34.7, 24.1, 23.6, 24.1)
    one = paper.table("table1")
    assert [one["error", norm] for norm in ("BN", "LN", "IN", "GN")] == [23.6, 25.3, 28.4, 24.1]
    assert paper.table("table3_groups")["error", "1"] == one["error", "LN"]
    assert paper.table("table3_channels")["error", "1"] == one["error", "IN"]


def test_what_the_paper_does_not_report_is_a_dash():
    table = paper.table("table7")
    with pytest.raises(KeyError, match="does not report"):
        table["R50 synced BN", "mask"]
    assert re.search(r"37\.7 +-\n", repr(table)) and "37.7</td>" in table._repr_html_()


def test_wrong_names_are_refused():
    with pytest.raises(KeyError, match="there are table1"):
        paper.table("table99")
    with pytest.raises(KeyError, match="has the rows"):
        paper.table("table1")["error", "WN"]


def test_numbers_of_the_paper_stand_on_pages_only_through_the_file():
    """No error rate of the paper's sweep is typed into a page."""
    typed = re.compile(r"\b(?:34\.7|27\.3|24\.8|23\.6|24\.1|25\.3|28\.4)\b")
    for path in [*(ROOT / "book").glob("*.md")]:
        assert not typed.search(path.read_text()), path
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text())["cells"]:
            assert not typed.search("".join(cell["source"])), path
