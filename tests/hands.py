"""A hand on a widget: where it is taken, and what its point is. The HAND of each stands with its tests."""

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
