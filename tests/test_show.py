"""gn_edu.show: text that is the same everywhere."""

import pytest
import torch
from bs4 import BeautifulSoup

from gn_edu import show


def test_fixed_has_no_negative_zero():
    assert [show.fixed(v, 2) for v in (-0.001, 0.0, -1.5, 2)] == ["0.00", "0.00", "-1.50", "2.00"]


def test_authoring_refuses_a_value_at_a_rounding_boundary(monkeypatch):
    assert show.fixed(0.12501, 2) == "0.13"
    monkeypatch.setenv("GN_EDU_AUTHORING", "1")
    with pytest.raises(ValueError, match="rounding boundary at 2 decimals"):
        show.fixed(0.12501, 2)
    assert show.fixed(0.126, 2) == "0.13"


def test_rows_and_table_align(capsys):
    show.rows(torch.tensor([[1.0, -20.0], [3.0, 4.0]]), digits=1)
    show.table(["a", "bb"], [["xxx", 1]])
    assert capsys.readouterr().out == "  1.0  -20.0\n  3.0    4.0\na    bb\nxxx  1\n"


def test_a_notebook_shows_a_table_as_html_and_keeps_its_text():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    try:
        with capture_output() as shown:
            show.table(["a", "bb"], [["xxx", 1]])
    finally:
        InteractiveShell.clear_instance()
    (output,) = shown.outputs
    assert output.data == {
        "text/plain": "a    bb\nxxx  1",
        "text/html": show.Table(["a", "bb"], [["xxx", 1]])._repr_html_(),
    }


NUMBERS = ["1", "-0.25", "−3", "1024", "2e-05", "1e+03", "53.45 ± 0.86", "10 %", "-"]
WORDS = ["True", "8 x 8", "0 of 32", "GN + WS", "1 / 2", "0.7 of He's", "--"]


@pytest.mark.parametrize("value", NUMBERS + WORDS)
def test_a_column_of_numbers_stands_at_the_right(value):
    cells = BeautifulSoup(show.Table(["", "n"], [["a", "1"], ["b", value]])._repr_html_(), "html.parser")("tr")[2]
    assert ("right" in cells.td["style"]) == (value in NUMBERS)


def test_a_table_has_headings_and_a_caption_and_any_text():
    soup = BeautifulSoup(show.Table(["", "<b>"], [["a & b", "1"]], "of *x*")._repr_html_(), "html.parser")
    assert [(th.get_text(), th["scope"]) for th in soup("th")] == [("<b>", "col"), ("a & b", "row")]
    assert soup.caption.get_text() == "of *x*" and [td.get_text() for td in soup("td")] == ["", "1"]


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"for each of \['a', 'b'\]; got \['1'\]"):
        show.Table(["a", "b"], [["1"]])
