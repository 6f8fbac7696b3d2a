"""The Python that the page gets, without docstrings and comments, with short local names.

These are the files of gn_edu_site/live, and the judge, which is gn_edu's own.
"""

import re
from functools import cache
from pathlib import Path

import python_minifier

LIVE = Path(__file__).with_name("live")
EXERCISES = LIVE.parent.parent / "gn_edu/exercises"
JUDGE = "values table table_from_json compare judge differences errors sentences formula knobs".split()
# Of live/, what checks, with the judge; the others are the page's torch.
CHECKING = "asking formulas messages norms page syntax".split()
FIRST = "gn_edu", "gn_edu/exercises"  # packages that are empty in the page


def bare(source: str) -> str:
    """The same program in fewer characters; names without an underscore, which another module may use, are kept."""
    kept = re.findall(r"\b[A-Za-z]\w*", source)
    return python_minifier.minify(
        source, remove_literal_statements=True, hoist_literals=False, rename_globals=True, preserve_globals=kept
    )


@cache
def sources() -> dict[str, str]:
    """Path in the page's file system -> text, in alphabetical order."""
    paths = {f"live/{path.name}": path for path in LIVE.glob("*.py")}
    paths |= {f"gn_edu/exercises/{name}.py": EXERCISES / f"{name}.py" for name in JUDGE}
    found = {path: bare(file.read_text(encoding="utf-8")) for path, file in paths.items()}
    found |= {f"{package}/__init__.py": "" for package in FIRST}
    return dict(sorted(found.items()))
