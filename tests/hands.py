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
    "cancellation_lab": Hand(
        page="notebooks/ch06_numerics.html",
        name="lab",
        grip="[data-gn-grip=offset]",
        by=(180, 0),
        key="ArrowRight",
        shows=".gn-lab .drawn",
        point=(("[data-gn-grip=offset]", "End"), ("[data-gn-grip=offset]", "ArrowLeft")),
        reached="w.querySelector('.gn-lab .said').textContent.includes('its root is NaN')",
    ),
    "causality": Hand(
        page="notebooks/ch11_where_you_meet_it.html",
        name="six",
        grip="[data-gn-grip=tip-5]",
        by=(0, -40),
        key="ArrowUp",
        shows=".drawn",
        point=(("[data-gn-grip=tip-5]", "End"),),
        reached="/5 of them have moved/.test(w.querySelector('.gn-live-text').textContent)",
    ),
    "figure_one": Hand(
        page="notebooks/ch09_sweep.html",
        name="sweep",
        grip="[data-gn-grip=size]",
        by=(120, 0),
        key="ArrowRight",
        shows=".drawn",
        point=(("[data-gn-grip=size]", "End"),),
        reached="w.querySelector('.gn-live-text').textContent.includes('\u221210.6 points')",
    ),
    "gradient_projection": Hand(
        page="notebooks/ch05_backward.html",
        name="three",
        grip="[data-gn-grip=g]",
        by=(-40, 30),
        key="ArrowLeft",
        shows=".a-dx",
        point=(("[data-gn-lay=x_hat]", (0, 0)),),
        reached="w.querySelector('.gn-live-text').textContent.includes('dx is 0')",
    ),
    "neighbours": Hand(
        page="book/index.html",
        name="home",
        grip="[data-gn-neighbour]",  # the worst company stands first
        by=(0, 0),
        key="ArrowRight",
        focus="[data-gn-neighbour]:checked",
        shows=".gn-panels",
        point=(("[data-gn-neighbour]", (0, 0)),),
        reached="[...w.querySelectorAll('.gn-verdict')].map((e) => e.textContent[0]).join('') === '✗✓'",
    ),
    "pair_matrix": Hand(
        page="notebooks/ch02_batch_norm.html",
        name="pairs",
        grip="[data-gn-matrix=bn] svg",
        by=(60, 40),
        key="ArrowRight",
        focus="[data-gn-matrix=bn]",
        shows=".gn-reading",  # the sentence is under both matrices
        point=(("[data-gn-twins]", (0, 0)),),  # the worst companion is the twin
        reached="w.querySelector('.twin') && /12 of the 20/.test(w.querySelector('.gn-live-text').textContent)",
    ),
    "reshape_microscope": Hand(
        page="notebooks/ch04_build.html",
        name="hand",
        grip="[data-gn-grip=cut]",
        by=(-70, 0),
        key="ArrowLeft",
        shows=".rows",
        point=(("[data-gn-layout=channels_last]", (0, 0)),),
        reached="w.querySelectorAll('.run').length === 2",
    ),
    "run_browser": Hand(
        page="notebooks/ch08_cifar10.html",
        name="runs",
        grip="[data-gn-grip=read]",
        by=(-120, 0),
        key="ArrowLeft",
        shows=".drawn",
        # Group Norm keeps levels apart, Batch Norm does not.
        point=(("[data-gn-measure=level]", (0, 0)),),
        reached=r"((said) => +/GN (\d+\.\d+)/.exec(said)[1] > 2 * +/BN[^;]* (\d+\.\d+)/.exec(said)[1])"
        "(w.querySelector('.gn-live-text').textContent)",
    ),
    "shadow": Hand(
        page="notebooks/ch10_why_groups.html",
        name="cat",
        grip="[data-gn-grip=edge]",
        by=(60, 0),
        key="ArrowLeft",
        shows=".map",
        point=(("[data-gn-norm=gn]", (0, 0)),),  # numbers in the light move, too
        reached="/and in the light by [1-9]/.test(w.querySelector('.gn-live-text').textContent)",
    ),
    "shimmer": Hand(
        page="notebooks/ch02_batch_norm.html",
        name="noise",
        grip="[data-gn-marker=bn]",
        by=(40, 30),
        key="ArrowDown",
        shows=".gn-pair",
        point=(("[data-gn-do=step]", (0, 0)),),
        reached="w.querySelector('.cloud').getAttribute('d').split('M').length === 3",
    ),
    "signal_depth": Hand(
        page="notebooks/ch02_batch_norm.html",
        name="depth",
        grip="[data-gn-grip=gain]",
        by=(60, 0),
        key="ArrowRight",
        shows=".drawn",
        # With a norm the size stays 1 at every gain.
        point=(("[data-gn-do=norm]", (0, 0)),),
        reached="w.querySelector('.gn-live-text').textContent.includes('have size 1.00;')",
    ),
    "statistic_set": Hand(
        page="notebooks/ch03_one_formula.html",
        name="six",
        grip=".gn-cell.focus",
        by=(0, -40),
        key="+",
        shows=".gn-number-line",
        point=((".gn-cell.focus", (0, -40)),),
        reached="w.querySelector('[data-gn-value=mean]').textContent !== '4.125'",
    ),
    "tile_seams": Hand(
        page="notebooks/ch07_groups.html",
        name="photo",
        grip="[data-gn-grip=border]",
        by=(-60, 0),
        key="ArrowLeft",
        shows=".photo",
        at=(0.15, 0.5),  # its words stand to the right
        point=(("[data-gn-statistics=whole]", (0, 0)),),
        reached="!/own/.test(w.querySelector('.gn-live-text').textContent)",
    ),
    "train_it": Hand(
        page="book/index.html",
        name="home",
        grip="[data-net=bn] .gn-touch",  # a point of the field
        by=(40, 0),
        key="ArrowRight",
        focus="[data-gn-grip=point]",
        shows=".shared",
        point=(("[data-gn-do=train]", (0, 0)),),
        reached="w.querySelectorAll('.runs .m').length >= 2",
    ),
    "turn_g": Hand(
        page="notebooks/ch07_groups.html",
        name="turn",
        grip="[data-gn-grip=groups]",
        by=(-70, -10),
        key="ArrowLeft",
        shows=".gn-all",
        point=(("[data-gn-grip=groups]", "ArrowLeft"),),
        reached="w.querySelectorAll('.gn-out').length === 2",
    ),
    "what_survives": Hand(
        page="notebooks/ch07_groups.html",
        name="loud",
        grip="[data-gn-box='3']",
        by=(0, -60),
        key="ArrowUp",
        shows=".drawn",
        point=(("[data-gn-guess='0']", (0, 0)),),
        reached="w.querySelector('.gn-cover').hidden && /Channel 3, its partner, is always active/.test(w.textContent)",
    ),
}
