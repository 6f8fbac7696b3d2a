"""Sixty and more plausible notebooks of honest students, written without a look at the grader: each gets what is fair.

A file in honest/ is a notebook in cells that begin with # %%; its first lines say what is fair, and what a teacher has
to be told where no machine can know.
"""

import re
from pathlib import Path

from classroom import can_sandbox, graded, notebook, save

from gn_edu.exercises import EXERCISES

HONEST = sorted(Path(__file__).with_name("honest").glob("*.percent"))


def read(path: Path) -> tuple[dict[str, str], dict]:
    """The lines about a notebook, and the notebook."""
    head, *parts = re.split(r"^(?=# %%)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    cells = []
    for part in parts:
        mark, _, text = part.partition("\n")
        text = text.rstrip("\n")
        if "[markdown]" in mark or "[raw]" in mark:
            text = re.sub(r"^# ?", "", text, flags=re.MULTILINE)
            cells.append({"cell_type": "markdown" if "markdown" in mark else "raw", "source": text, "metadata": {}})
        else:
            cells.append(text)
    return dict(re.findall(r"^# (\w+): (.*)$", head, re.MULTILINE)), notebook(*cells)


def test_there_are_sixty():
    assert len(HONEST) >= 60


@can_sandbox
def test_each_honest_notebook_gets_what_is_fair(tmp_path):
    for path in HONEST:
        save(tmp_path / "in" / f"{path.stem}.ipynb", read(path)[1])
    rows, unfair = graded(tmp_path, *EXERCISES, seconds=1.0), {}
    for path in HONEST:
        about, row = read(path)[0], rows[path.stem]
        fair = {name: points for name, points in (part.split() for part in about["fair"].split(", ")) if points != "-"}
        got = {name: points for name, points in row.points.items() if points or fair.get(name) == "0"}
        told = "note" not in about or re.search(about["note"], "; ".join(row.notes))
        if got != {name: float(points) for name, points in fair.items()} or not told:
            unfair[path.stem] = (about, row.points, row.notes)
    assert unfair == {}
