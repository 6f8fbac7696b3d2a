"""The files of gn_edu_site/live as the page gets them: without docstrings and comments, with short local names."""

import re
from pathlib import Path

import python_minifier

LIVE = Path(__file__).with_name("live")


def bare(source: str) -> str:
    """The same program in fewer characters; names without an underscore, which another module may use, are kept."""
    kept = re.findall(r"\b[A-Za-z]\w*", source)
    return python_minifier.minify(
        source, remove_literal_statements=True, hoist_literals=False, rename_globals=True, preserve_globals=kept
    )


def sources() -> dict[str, str]:
    """Path in the page's file system -> text, in alphabetical order."""
    return {f"live/{path.name}": bare(path.read_text(encoding="utf-8")) for path in sorted(LIVE.glob("*.py"))}
