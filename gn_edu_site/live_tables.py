"""Which exercises run in the page, why the others do not, and what the page gets to check one."""

import ast
import random
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from gn_edu.exercises import sheets
from gn_edu.exercises.errors import TELLING
from gn_edu.exercises.exercise import Exercise, sentences_of
from gn_edu.exercises.set_picture import of_sets
from gn_edu.exercises.table import Table
from gn_edu.exercises.table_to_json import table_to_json, to_columns
from gn_edu.exercises.wrong_gradients import BACKWARD, PARAMETERS
from gn_edu.exercises.wrong_norms import DIVISION, EPS
from gn_edu.messages import N_

# What an exercise needs -> what readers are told.
_REASONS = {
    "autograd": N_("Its answer needs autograd, which this page does not have."),
    "networks": N_("It needs networks of torch.nn, which this page does not have."),
    "gradients": N_("One of its wrong norms shows in its gradients alone, and this page has no autograd."),
}
_FOUND = Path(sheets.__file__).parent
_CHAPTERS = [
    import_module(f"gn_edu.exercises.{path.stem}") for path in (*sorted(_FOUND.glob("ch*.py")), _FOUND / "museum.py")
]
ALL: dict[str, Exercise] = sheets.EXERCISES | {e.name: e for chapter in _CHAPTERS for e in chapter.EXERCISES}
# Name -> why the exercise does not run in the page; and those that do.
ELSEWHERE = {name: _REASONS[exercise.needs] for name, exercise in ALL.items() if exercise.needs}
IN_PAGE: dict[str, Exercise] = {name: exercise for name, exercise in ALL.items() if name not in ELSEWHERE}
# Mistakes that every check may name.
ALWAYS = (
    *("missing-return", "in-place", "extra-answers", "wrong-shape", "missing-part", "no-error", "numpy-on-tensor"),
    *sorted({name for _, name in TELLING}),
)
_FOLDER = Path(__file__).parent
_SPEAKING = (  # modules of the page that speak to readers
    *(_FOLDER.parent / "gn_edu/exercises" / f"{name}.py" for name in ("judge", "differences")),
    *(_FOLDER / "live" / f"{name}.py" for name in ("page", "asking")),
)
_RULES = {  # of exercise 7.1, for to_columns
    "not-int": "repr(right / 1)",
    "does-not-divide": "min(channels, most)",
    "gcd": "max(g for g in range(1, most + 1) if channels % g == most % g == 0)",
    "one-group": "1",
    "too-many-groups": "channels",
}
_DIGITS = 12  # of numbers that no tolerance tells from the exact ones


# ---- what is worked out in the page: see live/formulas.py


def _turned(exercise: Exercise) -> dict:
    """What an exercise's `wrong` turns, where that is knobs.candidates of a table."""
    assert isinstance(exercise.wrong, partial)
    more = exercise.wrong.keywords
    return _turns(exercise.wrong.args[1], more.get("most", 2), more.get("most_rare", 2))


def _turns(table: dict, most: int, rare: int) -> dict:
    return {"table": [[name, list(ways)] for name, ways in table.items()], "most": most, "rare": rare}


def _dx() -> dict:
    slopes = {"kind": "slope", **_turns(DIVISION | EPS, 1, 2)}
    return {"kind": "dx", "wrong": [slopes, {"kind": "dx", **_turns(BACKWARD, 2, 1)}]}


def _dparams() -> dict:
    return {"kind": "dparams", "wrong": [{"kind": "dparams", **_turns(PARAMETERS, 2, 1)}]}


def _formulas(name: str) -> list:
    """[parts, right and wrong answers] of each section of an exercise; nothing where its table holds them."""
    kinds = {"ex04": "row", "ex11": "statistics"}
    kinds |= dict.fromkeys(("ex05", "ex06", "ex07", "ex08", "ex09", "4.1", "6.2", "12.1"), "norm")
    if name in kinds:
        wrong = {"kind": kinds[name].replace("row", "norm"), **_turned(ALL[name])}
        return [[None, {"kind": kinds[name], "wrong": [wrong]}]]
    whole: dict[str, list] = {
        "ex12": [[None, _dx()]],
        "ex13": [[None, _dparams()]],
        "5.1": [[[0], _dx()], [[1, 2], _dparams()]],
    }
    return whole.get(name, [])


# ---- what the check says


def _names(table: Table, formulas: list) -> set[str]:
    """The mistakes that a check may name."""
    found = set(ALWAYS)
    if table.typed:
        found.add("wrong-dtype")
    for question in table.questions:
        found |= {question.about, question.form} - {""}
    for one in [one for _, section in formulas for one in section["wrong"]]:
        found |= {name for name, _ in one["table"]}
    if not formulas:
        for wrong in [table.wrong, *(wrong for _, wrong in table.sections)]:
            found |= {name for names, _ in wrong() for name in names}
    return found


def _messages(value) -> Iterator[str]:
    """The messages in sentences, wherever they stand in JSON."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], (list, dict)):
        yield value[0]
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _messages(part)


def spoken() -> list[str]:
    """The messages that the page's Python writes down with said(...), in English."""
    found = []
    for path in _SPEAKING:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "said" and node.args:
                if isinstance(node.args[0], ast.Constant):
                    found.append(str(node.args[0].value))
    return found


def _words(data: dict, translate: Callable[[str], str]) -> dict[str, str]:
    """English to the reader's language, for all that a check says but the mistakes."""
    messages = {*spoken(), *data.get("parts", ()), *_messages(data.get("questions", [])), data.get("where", "")}
    messages |= {*_messages([data["closing"]])}
    return {message: other for message in sorted(messages - {""}) if (other := translate(message)) != message}


# ---- a table


def _trimmed(value, digits: int):
    """JSON with the floats in it cut to so many digits."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: _trimmed(part, digits) for key, part in value.items()}
    return [_trimmed(part, digits) for part in value] if isinstance(value, list) else value


def _asked(exercise: Exercise, table: Table, formulas: list) -> dict:
    if len(table.questions) > 1000:
        return to_columns(table, _RULES)
    if formulas:
        data = table_to_json(table, at_once=0)
        for question in data["questions"]:
            if "refuses" not in (question["right"] if isinstance(question["right"], dict) else {}):
                question["right"] = None
        return {**data, "formulas": formulas, "sections": []}
    data = table_to_json(table)
    for question, one in zip(table.questions, data["questions"], strict=True):
        if question.tolerance >= 1e-9:
            one["right"] = _trimmed(one["right"], _DIGITS)
    return data


def table_file(name: str, translate: Callable[[str], str] = str) -> dict:
    """What the page needs to check an exercise, as JSON: live/page.py reads it.

    Args:
        name: of the exercise, "ex04" or "4.1".
        translate: English message to the reader's language.

    Raises:
        KeyError: the exercise does not run in the page.
    """
    exercise = IN_PAGE[name]
    table = exercise.table(exercise.probes(random.Random(0)))
    formulas = _formulas(name)
    names, known = _names(table, formulas), sentences_of(name)
    data = _asked(exercise, table, formulas)
    data["mistakes"] = {
        one: {key: translate(text) for key, text in known[one].items()} for one in sorted(names) if one in known
    }
    data["words"] = _words(data, translate)
    data["others"] = sorted({one.function for one in IN_PAGE.values()} - {exercise.function})
    data["sets"] = exercise.picture is of_sets
    return data
