"""gn_edu.show: text that is the same everywhere."""

import pytest
import torch

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
