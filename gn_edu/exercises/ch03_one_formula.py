"""Checks of chapter 3: write a set as a predicate; find out which images a layer couples."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import torch

from gn_edu.data import hand_tensor
from gn_edu.exercises._check import Report, answer, call
from gn_edu.exercises.exercise import Exercise
from gn_edu.messages import N_, tr
from gn_edu.norms import batch_norm, group_norm


class Cell(NamedTuple):
    """The place of one number: image, channel, row and column, counted from 0."""

    n: int
    c: int
    h: int
    w: int


# What a predicate computes when it leaves the right set: name, the set it takes, and a question that helps.
_POSITIONAL = {
    "layer-norm": (lambda i, k: i.n == k.n, N_("every pixel of the image is in your set. Which pixel may it hold?")),
    "over-batch": (
        lambda i, k: (i.h, i.w) == (k.h, k.w),
        N_("your set reaches into other images. Which image may it hold?"),
    ),
    "instance-norm": (
        lambda i, k: (i.n, i.c) == (k.n, k.c),
        N_("your set keeps the channel and runs over pixels. Which of the two should be fixed?"),
    ),
    "one-axis": (
        lambda i, k: i.n == k.n and (i.h == k.h) != (i.w == k.w) or i == k,
        N_("row and column must be compared separately. Do both have to agree?"),
    ),
    "either-axis": (
        lambda i, k: i.n == k.n and (i.h == k.h or i.w == k.w),
        N_("one of row and column agreeing is enough for your set. Do both have to agree?"),
    ),
    "cell-alone": (lambda i, k: i == k, N_("your set holds the cell alone. Does the channel have to agree?")),
    "not-itself": (
        lambda i, k: (i.n, i.h, i.w) == (k.n, k.h, k.w) and i.c != k.c,
        N_("your set leaves out the cell itself. Is a value not part of its own mean?"),
    ),
    "no-image": (
        lambda i, k: (i.c, i.h, i.w) == (k.c, k.h, k.w),
        N_("your set keeps the channel and runs over the images. Which of the two should be fixed?"),
    ),
    "row-only": (lambda i, k: i.n == k.n and i.h == k.h, N_("your set runs along the row. Which column may it hold?")),
    "column-only": (
        lambda i, k: i.n == k.n and i.w == k.w,
        N_("your set runs along the column. Which row may it hold?"),
    ),
}


def check_positional(positional: Callable[[Cell, Cell], bool]) -> Report:
    """Check a predicate that says whether two cells share an image and a pixel, whatever their channels."""
    cells = [Cell(*at) for at in itertools.product(range(2), range(3), range(2), range(2))]
    pairs = list(itertools.product(cells, cells))
    _, failed = call(positional, *pairs[0])
    if failed:
        return failed
    got = [bool(positional(i, k)) for i, k in pairs]
    want = [(i.n, i.h, i.w) == (k.n, k.h, k.w) for i, k in pairs]
    if got == want:
        return answer(True, tr("Right: each set holds the 3 channels of one pixel, m = C."))
    mistakes = [name for name, (wrong, _) in _POSITIONAL.items() if got == [bool(wrong(i, k)) for i, k in pairs]]
    i, k = next(pair for pair, g, w in zip(pairs, got, want, strict=True) if g != w)
    hint = tr(_POSITIONAL[mistakes[0]][1]) if mistakes else tr("compare image, row and column of the two cells.")
    where = tr("image {}, channel {}, row {}, column {}")
    should = tr("belongs in") if (i.n, i.h, i.w) == (k.n, k.h, k.w) else tr("does not belong in")
    text = tr(
        "Not yet: {hint}\nCounted from 0: the cell {cell} {should} the set of {other}.",
        hint=hint,
        cell=where.format(*k),
        should=should,
        other=where.format(*i),
    )
    return answer(False, text, mistakes)


def check_coupling(coupling: Callable) -> Report:
    """Check a function coupling(layer, x) -> (n, n) bool: entry [i, j] says whether image j moves output i."""
    torch.manual_seed(0)
    x = torch.randn(3, 4, 2, 2, dtype=torch.float64)

    def running_sum(x):  # image j moves the outputs j, j + 1, ...
        return x.cumsum(0)

    layers = [
        (tr("group norm"), lambda x: group_norm(x, 2), torch.eye(3, dtype=torch.bool)),
        (
            tr("batch norm in training"),
            lambda x: batch_norm(x, None, None, training=True),
            torch.ones(3, 3, dtype=torch.bool),
        ),
        (tr("a running sum over images"), running_sum, torch.ones(3, 3).tril().bool()),
    ]
    for name, layer, want in layers:
        before = x.clone()
        got, failed = call(coupling, layer, before)
        if failed:
            return failed
        if not torch.equal(before, x):
            return answer(
                False, tr("Not yet: your function changed x itself. What does x.clone() give you?"), ["in-place"]
            )
        got = torch.as_tensor(got)
        if got.shape != want.shape or got.dtype != torch.bool:
            text = tr(
                "Not yet: expected a (3, 3) tensor of bool, got {shape} of {dtype}.",
                shape=tuple(got.shape),
                dtype=got.dtype,
            )
            return answer(False, text, ["wrong-shape"])
        if torch.equal(got, want):
            continue
        if torch.equal(got, want.T):
            hint = tr("rows and columns are swapped. Which index is the image that you changed?")
            return answer(False, tr("Not yet, for {name}: {hint}", name=name, hint=hint), ["swapped-axes"])
        if got.all():
            hint = tr("every output counts as moved. Do you compare output i alone?")
            return answer(False, tr("Not yet, for {name}: {hint}", name=name, hint=hint), ["whole-output"])
        i, j = (got != want).nonzero()[0].tolist()
        text = tr(
            "Not yet, for {name}: entry [{i}, {j}] is {got}, it should be {want}.",
            name=name,
            i=i,
            j=j,
            got=bool(got[i, j]),
            want=bool(want[i, j]),
        )
        return answer(False, text)
    # On this tensor a shift of a whole image leaves group norm's output exactly as it was.
    x = hand_tensor().double()
    got, failed = call(coupling, layers[0][1], x)
    if failed:
        return failed
    if not torch.equal(torch.as_tensor(got), torch.eye(2, dtype=torch.bool)):
        hint = tr("a number added to a whole image disappears with its mean. What if you add it to one cell?")
        return answer(False, tr("Not yet, for a tensor of whole numbers: {hint}", hint=hint), ["shifted-image"])
    return answer(True, tr("Right: group norm couples no images, batch norm all of them."))


EXERCISES = (
    Exercise(
        name="3.1",
        title="one mean per pixel",
        level="easy",
        minutes=5,
        function="positional",
        takes="a predicate that says whether two cells share an image and a pixel, whatever their channels.",
        own=check_positional,
    ),
    Exercise(
        name="3.2",
        title="which images are coupled?",
        level="medium",
        minutes=10,
        function="coupling",
        takes="a function coupling(layer, x) -> (n, n) bool: entry [i, j] says whether image j moves output i.",
        own=check_coupling,
    ),
)
