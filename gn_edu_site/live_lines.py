"""Exercises that can also be done by arranging lines: a right program in pieces, some beside a piece that is a mistake.

One piece is one step. A piece of a pair that is wrong is a mistake that the exercise's check knows by name, and makes
no other: put in the place of its partner, it alone is named.
"""

# Exercise -> the first line, and the pieces of its body in a right order; of a pair: right, wrong, name of the mistake.
ARRANGED: dict[str, tuple[str, list[str | tuple[str, str, str]]]] = {
    "ex04": (
        "def normalize(x, eps=1e-5):",
        [
            "mean = x.mean()",
            "centred = x - mean",
            ("var = centred.square().mean()", "var = x.var()", "unbiased-var"),
            ("std = (var + eps).sqrt()", "std = var.sqrt() + eps", "eps-outside-sqrt"),
            ("return centred / std", "return x / std", "no-centre"),
        ],
    ),
    "ex05": (
        "def group_norm_4d(x, num_groups, eps=1e-5):",
        [
            "n, c, h, w = x.shape",
            ("z = x.reshape(n, num_groups, -1, h, w)", "z = x.reshape(n, -1, num_groups, h, w)", "swapped-G"),
            ("dim = (2, 3, 4)", "dim = (0, 2, 3, 4)", "over-batch"),
            "mean = z.mean(dim, keepdim=True)",
            "squares = (z - mean).square()",
            ("var = squares.mean(dim, keepdim=True)", "var = z.var(dim, keepdim=True)", "unbiased-var"),
            "y = (z - mean) / (var + eps).sqrt()",
            ("return y.reshape(x.shape)", "return y", "wrong-shape"),
        ],
    ),
    "4.1": (
        "def group_norm(x, num_groups, weight=None,\n               bias=None, eps=1e-5):",
        [
            "n, c = x.shape[:2]",
            (
                'if c % num_groups:\n    raise ValueError("they must fit")',
                "if c % num_groups:\n    return x",
                "no-error",
            ),
            ("rows = x.reshape(n, num_groups, -1)", "rows = x.view(n, num_groups, -1)", "view-error"),
            "mean = rows.mean(-1, keepdim=True)",
            "squares = (rows - mean).square()",
            "var = squares.mean(-1, keepdim=True)",
            "y = (rows - mean) / (var + eps).sqrt()",
            "y = y.reshape(x.shape)",
            ("shape = (1, c) + (1,) * (x.dim() - 2)", "shape = (1, c, 1, 1)", "hard-coded-dims"),
            (
                "if weight is not None:\n    y = y * weight.view(shape)",
                "y = y * weight.view(shape)",
                "needs-weight",
            ),
            "if bias is not None:\n    y = y + bias.view(shape)",
            "return y",
        ],
    ),
}


def lines_of(name: str) -> dict | None:
    """The lines of an exercise as its file in the page has them; None where it is not done by arranging.

    Returns:
        {"head": its first line, "blocks": [{"text", "indent"} or {"pair": [{"text", "indent"}, {"text", "indent",
        "mistake"}]}, ...]}, blocks in a right order; `indent` counts steps. A text, and the head, may have more lines
        than one: these bring the spaces that they have beyond `indent`.
    """
    if name not in ARRANGED:
        return None
    head, pieces = ARRANGED[name]
    return {"head": head, "blocks": [_block(piece) for piece in pieces]}


def _block(piece: str | tuple[str, str, str]) -> dict:
    if isinstance(piece, str):
        return {"text": piece, "indent": 1}
    right, wrong, mistake = piece
    return {"pair": [{"text": right, "indent": 1}, {"text": wrong, "indent": 1, "mistake": mistake}]}
