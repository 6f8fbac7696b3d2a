"""Hands on the widgets: where each is taken, and what its point is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hand:
    """What a hand takes in the widget `name` of a page, in CSS pixels.

    Args:
        page: the page that it is tried on; name: the widget's name there.
        grip: a selector inside the widget. The hand goes down in its middle, or `at` (parts of its width and height).
        by: how far it drags, right and down; a pair of 0 is a press.
        key: what does the same from the keyboard, with the focus on `focus` (the grip, unless said).
        shows: a selector of what changes.
        point: what the widget is about, as at most two actions from rest: a pair (selector, key or (right, down)).
        reached: JavaScript over the widget `w`, true when its point is to be seen.
    """

    page: str
    name: str
    grip: str
    by: tuple[float, float]
    key: str
    shows: str
    point: tuple[tuple, ...]
    reached: str
    at: tuple[float, float] = (0.5, 0.5)
    focus: str = ""


HANDS = {
    "train_it": Hand(
        page="book/index.html",
        name="home",
        grip="[data-gn-grip=guess-4]",
        by=(0, -40),
        key="ArrowUp",
        shows=".guesses",
        point=(("[data-gn-do=train]", (0, 0)),),
        reached="w.querySelectorAll('.runs .m').length >= 2",
    ),
    "turn_g": Hand(
        page="notebooks/ch07_groups.html",
        name="turn",
        grip="[data-gn-grip=groups]",
        by=(-70, -10),
        key="ArrowLeft",
        shows=".gn-twenty",
        point=(("[data-gn-grip=groups]", "ArrowLeft"),),
        reached="w.querySelectorAll('.gn-out').length === 2",
    ),
}
