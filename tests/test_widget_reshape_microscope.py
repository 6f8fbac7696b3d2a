"""The reshape microscope: strides, addresses, rows and refusals are torch's; driven by mouse and keyboard."""

from itertools import pairwise

import pytest
import torch
from browser import VIEW, finger, number, run_module, scrolled, until
from hands import Hand

from gn_edu.widgets.base import STATIC, module
from gn_edu.widgets.reshape_microscope import ReshapeMicroscope

PAGE = "notebooks/ch04_build.html"
LAYOUT = STATIC.parent / "src" / "reshape_microscope" / "layout.js"
W = "[data-gn-widget=reshape_microscope]"
STEP = ("[data-view=tensor][data-cell='5']",)
HAND = Hand(
    page=PAGE,
    name="hand",
    grip="[data-gn-grip=cut]",
    by=(-70, 0),
    key="ArrowLeft",
    shows=".rows",
    point=(("[data-gn-layout=channels_last]", (0, 0)),),
    reached="w.querySelectorAll('.run').length === 2",
)
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


def test_the_sentence_counts_pieces_and_says_what_torch_does():
    asked = list(cases())
    words = "(text, values = {}) => text.replace(/\\{(\\w+)\\}/g, (_, key) => values[key])"
    said = run_module(module("reshape_microscope"), f"d.cases.map((c) => w.sentence(c, {words}))", cases=asked)
    seen = run_module(module("reshape_microscope"), VIEW, cases=asked)
    for case, text, now in zip(asked, said, seen, strict=True):
        assert text.startswith("Value 0 lies at address 0 and goes to the row n 0, g 0. ")
        if case["cut"] == "memory":
            moved = any(c["address"] != i for i, c in enumerate(now["cells"]))
            order = ", in another order." if moved else "."
            right = f"Cutting the memory puts each value into its group's row{order}"
            wrong = f"Cutting the memory puts {now['wrong']} values into a row that is not their group's."
            assert text.endswith(wrong if now["wrong"] else right), case
            continue
        assert ("view works, and reshape copies nothing" in text) == now["viewable"], case
        assert ("Each group is one piece of memory" in text) == (now["runs"] == 1)
        assert (f"in {now['runs']} pieces of memory" in text) == (now["runs"] > 1)
        if "equal steps apart" in text:  # the whole group, at one stride
            addresses = sorted(c["address"] for c in now["cells"] if c["index"][0] == c["group"] == 0)
            assert len({b - a for a, b in pairwise(addresses)}) == 1


def test_the_memory_is_one_line_at_every_width():
    asked = [case for case in cases() if case["cut"] == "reshape"]
    asked += [{**asked[0], "shape": shape, "groups": 2} for shape in ((1, 128, 1, 1), (2, 64, 1, 1), (16, 2, 2, 2))]
    script = "d.cases.map((c) => d.widths.map((wide) => w.layoutOf(c, d.views[d.cases.indexOf(c)], wide)))"
    views = run_module(module("reshape_microscope"), VIEW, cases=asked)
    widths = (230, 296, 326, 700)
    layouts = run_module(LAYOUT, script, cases=asked, views=views, widths=widths)
    for case, seen, row in zip(asked, views, layouts, strict=True):
        for width, layout in zip(widths, row, strict=True):
            memory = layout["places"]["memory"]
            assert len({cell["y"] for cell in memory}) == 1
            in_order = sorted(range(len(memory)), key=lambda i, seen=seen: seen["cells"][i]["address"])
            assert all(memory[a]["x"] < memory[b]["x"] for a, b in pairwise(in_order))
            for kind, of in layout["views"].items():
                assert of["type"] == 0 or of["type"] >= 11
                assert max(cell["x"] for cell in layout["places"][kind]) + of["wide"] <= width + 0.01, (case, kind)


def lit(page):
    """The value that is lit in each of the three views."""
    cells = page.locator(f"{W} .gn-lit").all()
    assert [cell.get_attribute("data-view") for cell in cells] == ["tensor", "memory", "rows"]
    (value,) = {cell.get_attribute("data-cell") for cell in cells}
    return int(value)


def on_ribbon(page, value):
    box = page.locator(f"{W} [data-view=memory][data-cell='{value}']").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def sentence(page):
    return page.locator(f"{W} .gn-live-text").inner_text()


def test_by_mouse_keyboard_and_link(widget_page):
    page = widget_page(PAGE)
    page.click(f"{W} summary")
    show = lambda name: number(page, name, "reshape_microscope")  # noqa: E731
    assert (show("strides"), show("runs"), show("view"), show("wrong")) == ("(8, 2, 2, 1)", "1", "yes", "0")
    page.click(f"{W} [data-view=tensor][data-cell='5']")
    assert (show("index"), show("address"), show("place")) == ("(0, 2, 0, 1)", "5", "(0, 1, 1)")
    assert lit(page) == 5
    page.check(f"{W} [data-gn-layout=channels_last]")
    assert (show("strides"), show("address"), show("runs"), show("view")) == ("(8, 1, 8, 4)", "6", "2", "no")
    assert show("place") == "(0, 1, 1)" and page.locator(f"{W} .run").count() == 2
    page.check(f"{W} [data-gn-cut=memory]")
    assert int(show("wrong")) == 8 and page.locator(f"{W} [data-view=rows].gn-wrong").count() == 8
    assert "puts 8 values into" in sentence(page)
    page.focus(f"{W} [data-view=tensor][data-cell='5']")
    page.keyboard.press("ArrowLeft")
    assert show("index") == "(0, 2, 0, 0)" and lit(page) == 4
    page.keyboard.press("ArrowUp")
    assert show("index") == "(0, 1, 0, 0)"
    until(page, "location.hash.endsWith('?groups=2&memory_format=channels_last&cut=memory&focus=2')")
    again = widget_page(page.evaluate("location.href"))
    again.click(f"{W} summary")
    assert number(again, "index", "reshape_microscope") == "(0, 1, 0, 0)"
    page.click(f"{W} [data-gn-do=reset]")
    assert (show("index"), show("view")) == ("(0, 0, 0, 0)", "yes")


def test_keys_walk_along_the_memory(widget_page):
    page = widget_page(f"{PAGE}#reshape_microscope.hand?memory_format=channels_last")
    page.focus(f"{W} [role=slider].track")
    for key, value in (
        ("ArrowRight", 2),
        ("ArrowRight", 4),
        ("End", 15),
        ("ArrowLeft", 13),
        ("Home", 0),
        ("ArrowLeft", 0),
    ):
        page.keyboard.press(key)
        assert lit(page) == value


def test_the_mouse_lights_a_cell_up_and_leaves_the_chosen_one(widget_page):
    page = widget_page(PAGE)
    page.click(f"{W} [data-view=tensor][data-cell='5']")
    for kind, value in (("rows", 14), ("tensor", 3)):
        page.hover(f"{W} [data-view={kind}][data-cell='{value}']")
        assert lit(page) == value and sentence(page).startswith(f"Value {value} ")
    page.mouse.move(*on_ribbon(page, 11))
    assert lit(page) == 11
    page.hover(f"{W} .gn-first")
    assert lit(page) == 5


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_the_lit_cell_follows_a_finger_along_the_memory(widget_page, layout):
    link = f"{PAGE}#reshape_microscope.hand?memory_format={layout}"
    page = widget_page(link, width=390, has_touch=True, is_mobile=True, reduced_motion="reduce")
    page.locator(f"{W} .track").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    touch, before = finger(page), scrolled(page)
    touch("touchStart", on_ribbon(page, 3))
    assert lit(page) == 3
    for value in (6, 12, 9):
        touch("touchMove", on_ribbon(page, value))
        until(page, f"document.querySelector('{W} .gn-lit').dataset.cell === '{value}'")
        assert lit(page) == value
    touch("touchEnd")
    assert lit(page) == 9
    assert page.evaluate("scrollY") == pytest.approx(before, abs=1)


def test_the_scissors_go_to_the_nearest_number_of_groups(widget_page):
    page = widget_page(PAGE)
    grip = page.locator(f"{W} [data-gn-grip=cut]")
    grip.scroll_into_view_if_needed()
    rows = f"{W} .rows .gn-piece"

    def row_length():
        tops = [cell.bounding_box()["y"] for cell in page.locator(rows).all()[:8]]  # the first image
        return tops.count(tops[0])

    page.emulate_media(reduced_motion="reduce")
    disc = page.locator(f"{W} [data-gn-grip=cut] .disc").bounding_box()
    page.mouse.move(disc["x"] + 12, disc["y"] + 12)
    page.mouse.down()
    for value, length in ((6, 8), (4, 4), (1, 2), (3, 4)):  # where the mouse is, and the allowed cut nearest to it
        page.mouse.move(on_ribbon(page, value)[0], disc["y"] + 12)
        assert row_length() == length
    page.mouse.up()
    assert grip.get_attribute("aria-valuetext") == "number of groups: 2"
    page.keyboard.press("ArrowRight")
    assert row_length() == 8 and grip.get_attribute("aria-valuetext") == "number of groups: 1"
    page.keyboard.press("Home")
    assert row_length() == 2 and "G = 4" in page.locator(f"{W} .gn-picture").inner_text()


def test_cells_fly_unless_motion_is_unwanted(widget_page):
    flights = f"[...document.querySelectorAll('{W} .gn-piece')].filter((e) => e.getAnimations().length).length"
    for motion, flying in (("no-preference", 16), ("reduce", 0)):
        page = widget_page(PAGE, reduced_motion=motion)
        assert page.evaluate(flights) == 0
        started = f"document.querySelector('{W} [data-gn-layout=channels_last]').click() ?? {flights}"
        assert page.evaluate(started) == 2 * flying  # to their addresses, and from there into the rows
        until(page, f"{flights} === 0")


@pytest.mark.parametrize("state", ["groups=2", "memory_format=channels_last&cut=memory&focus=5"])
def test_at_most_five_numbers_are_said(widget_page, state):
    page = widget_page(f"{PAGE}#reshape_microscope.hand?{state}")
    text = " ".join(page.locator(f"{W} .gn-body > :not(.gn-picture, .gn-drive)").all_inner_texts())
    assert len([word for word in text.split() if any(letter.isdigit() for letter in word)]) <= 5, text
