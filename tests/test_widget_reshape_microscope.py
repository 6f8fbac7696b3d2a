"""The reshape microscope: strides, addresses, rows and refusals are torch's; driven by mouse and keyboard."""

import pytest
import torch
from browser import VIEW, number, run_module

from gn_edu.widgets.base import module
from gn_edu.widgets.reshape_microscope import ReshapeMicroscope

PAGE = "notebooks/ch04_build.html"
W = "[data-gn-widget=reshape_microscope]"
SHAPES = [(2, 4, 1, 2), (1, 6, 2, 2), (2, 8, 2, 3), (2, 6, 1, 1), (3, 4, 3, 1), (1, 1, 2, 2), (2, 12, 2, 1)]


def cases():
    for shape in SHAPES:
        for groups in (g for g in range(1, shape[1] + 1) if shape[1] % g == 0):
            for layout in ("contiguous", "channels_last"):
                for cut in ("reshape", "memory"):
                    yield {"shape": shape, "groups": groups, "memory_format": layout, "cut": cut, "focus": 0}


def in_torch(shape, layout):
    """A tensor whose values are their own flat index, in the memory order asked for."""
    x = torch.arange(torch.Size(shape).numel()).view(shape)
    if layout == "contiguous":
        return x
    n, c, h, w = shape
    return x.permute(0, 2, 3, 1).reshape(n, h, w, c).contiguous().permute(0, 3, 1, 2)


def test_everything_shown_is_what_torch_does():
    asked = list(cases())
    assert len(asked) >= 80
    for case, got in zip(asked, run_module(module("reshape_microscope"), VIEW, cases=asked), strict=True):
        n, groups = case["shape"][0], case["groups"]
        x = in_torch(case["shape"], case["memory_format"])
        memory = torch.empty(x.numel(), dtype=x.dtype).set_(x.untyped_storage())
        addresses = torch.empty_like(memory)
        addresses[memory] = torch.arange(x.numel())
        assert [cell["address"] for cell in got["cells"]] == addresses.tolist()
        rows = (memory if case["cut"] == "memory" else x.reshape(-1)).view(n, groups, -1)
        for i, cell in enumerate(got["cells"]):
            place = cell["place"]
            assert rows[place["n"], place["g"], place["j"]] == i
        try:
            x.view(n, groups, -1)
            fits = True
        except RuntimeError:
            fits = False
        assert got["viewable"] == fits, case
        group = addresses.view(case["shape"])[0].view(groups, -1)[0].sort().values
        assert got["runs"] == 1 + int((group.diff() != 1).sum())
        right = x.reshape(n, groups, -1).flatten(2)
        wrong = sum(
            int(not torch.isin(value, right[a, b])) for a in range(n) for b in range(groups) for value in rows[a, b]
        )
        assert got["wrong"] == wrong


def test_python_side():
    assert "the index (0, 2, 0, 1) and lies at address 6" in repr(
        ReshapeMicroscope(memory_format="channels_last", focus=5)
    )
    with pytest.raises(ValueError, match="1 to 128 values"):
        ReshapeMicroscope((2, 64, 8, 8))
    with pytest.raises(ValueError, match="divi"):
        ReshapeMicroscope((2, 4, 1, 2), groups=3)


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    show = lambda name: number(page, name, "reshape_microscope")  # noqa: E731
    assert (show("strides"), show("runs"), show("view"), show("wrong")) == ("(8, 2, 2, 1)", "1", "yes", "0")
    page.click(f"{W} [data-view=tensor][data-cell='5']")
    assert (show("index"), show("address"), show("place")) == ("(0, 2, 0, 1)", "5", "(0, 1, 1)")
    page.check(f"{W} [data-gn-layout=channels_last]")
    assert (show("strides"), show("address"), show("runs"), show("view")) == ("(8, 1, 8, 4)", "6", "2", "no")
    assert show("place") == "(0, 1, 1)"
    page.check(f"{W} [data-gn-cut=memory]")
    assert int(show("wrong")) == 8 and page.locator(f"{W} [data-view=rows].gn-wrong").count() == 8
    assert f"puts {show('wrong')} of 16 values" in page.locator(f"{W} .gn-live-text").inner_text()
    page.focus(f"{W} [data-view=tensor][data-cell='5']")
    page.keyboard.press("ArrowLeft")
    assert show("index") == "(0, 2, 0, 0)"
    page.keyboard.press("ArrowUp")
    assert show("index") == "(0, 1, 0, 0)"
    page.wait_for_timeout(400)
    assert "memory_format=channels_last" in page.url and "cut=memory" in page.url
    again = widget_page(page.url)
    assert number(again, "index", "reshape_microscope") == "(0, 1, 0, 0)"
    page.click(f"{W} [data-gn-do=reset]")
    assert (show("index"), show("view")) == ("(0, 0, 0, 0)", "yes")
