"""The files of gn_edu_site/live as the page gets them: without docstrings and comments."""

import ast
import re
from pathlib import Path

LIVE = Path(__file__).with_name("live")


def bare(source: str) -> str:
    """The same program without docstrings and comments, indented by one space a level."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return re.sub(r"^(    )+", lambda found: " " * (len(found[0]) // 4), ast.unparse(tree), flags=re.MULTILINE) + "\n"


def sources() -> dict[str, str]:
    """Path in the page's file system -> text, in alphabetical order."""
    return {f"live/{path.name}": bare(path.read_text(encoding="utf-8")) for path in sorted(LIVE.glob("*.py"))}
