"""Answers that are the same across students: code after renaming, and wrong numbers that were worked out by hand.

That is a hint, and no proof: a short function has few ways to be written.
"""

import ast
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gn_edu_grader.results import Row

FEWEST = 40  # parts of a function's syntax tree: shorter ones are alike by themselves
MOST_SHARE = 0.2  # of the class: what so many wrote is how one writes it


@dataclass(frozen=True)
class Alike:
    """Students with the same answer to one exercise; `size` counts parts of the code, 0 where it is numbers."""

    exercise: str
    students: tuple[str, ...]
    size: int

    @property
    def what(self) -> str:
        """In words."""
        return f"{self.exercise}, {f'code of {self.size} parts' if self.size else 'the same wrong numbers'}"


def source_of(cells: Sequence[tuple[int, str]], function: str, last: int) -> str:
    """The text of a function as it stood after a cell: its last definition up to there, "" where there is none."""
    found = ""
    for number, text in cells:
        if number > last:
            break
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == function:
                found = ast.get_source_segment(text, node) or found
    return found


class _Renamed(ast.NodeTransformer):
    """Names in the order in which they come; no annotations, no docstrings."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def _new(self, name: str) -> str:
        return self.names.setdefault(name, f"v{len(self.names)}")

    def visit_Name(self, node):
        return ast.Name(self._new(node.id), node.ctx)

    def visit_arg(self, node):
        return ast.arg(self._new(node.arg), None)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value else ast.Pass()

    def visit_FunctionDef(self, node):
        node.name, node.returns = self._new(node.name), None
        if node.body and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        return node


def shape(source: str) -> tuple[str, int]:
    """A function with its names, comments, annotations and layout aside, and how many parts it has."""
    try:
        tree = _Renamed().visit(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "", 0
    return ast.dump(tree), sum(1 for _ in ast.walk(tree))


def alike(rows: Sequence[Row]) -> list[Alike]:
    """Groups of students, the longest code and the smallest groups first."""
    groups: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for row in rows:
        for name, result in row.results.items():
            text, size = shape(result.source)
            if size >= FEWEST:
                groups[name, text, size].append(row.student)
            if result.wrong_numbers:
                groups[name, result.wrong_numbers, 0].append(row.student)
    most = max(2, MOST_SHARE * len(rows))
    found = [Alike(name, tuple(who), size) for (name, _, size), who in groups.items() if 1 < len(who) <= most]
    return sorted(found, key=lambda one: (len(one.students), -one.size, one.exercise, one.students))


def by_students(found: Sequence[Alike]) -> list[tuple[tuple[str, ...], str]]:
    """Each group of students once, with all that is the same."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in found:
        groups[one.students].append(one.what)
    return [(who, "; ".join(sorted(what))) for who, what in groups.items()]
