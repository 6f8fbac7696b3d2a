"""Did the class learn? The entry check before, the exit check after, by the same students.

The normalized gain (Hake, 1998, doi 10.1119/1.18809) is the part of what could be gained that was: with the class's
means as shares of all questions, (after - before) / (1 - before). Its interval is a bootstrap over students.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from gn_edu.messages import tr_all
from gn_edu.questions import of_part
from gn_edu_grader.people import ID, Called, canonical, column, namer, plain, read_table

KEYS = ("email address", "email", "e-mail", *ID, "id number", "student", "name", "full name")
FEWEST = 8  # students: of fewer no interval is worth much
DRAWS, DRAWS_OF_LOWEST, SEED = 9999, 1999, 0
LINE = re.compile(r"\s*(?:(entry|exit)\s*:)?\s*([a-d-]+)\s*", re.IGNORECASE)
# "Q. 3 /1.00" of Moodle's grades, "Response 3" of its responses, "question 3", "q3".
TITLE = re.compile(r"(?:q|question|response|frage|antwort)\.?\s*(\d+)(?:\s*/\s*([\d.,]+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Answers:
    """Who answered how: rows are students, columns the questions of a form; 1 right, 0 wrong or left out."""

    path: Path
    form: str
    students: tuple[str, ...]
    right: np.ndarray  # (students, questions)


@dataclass(frozen=True)
class Part:
    """A gain with its interval of 95 %, which is None where there are too few students; shares before and after."""

    before: float
    after: float
    gain: float | None
    low: float | None = None
    high: float | None = None


# ---- reading


def read_answers(path: Path, form: str) -> Answers:
    """Answers to one form: a line a student as the page copies it (entry: abcabcab), or a platform's table.

    A cell holds the letter of a choice, its text, points, or right and wrong.

    Raises:
        ValueError: the columns of all questions, or of names, are not there, a student is there twice, or a cell can't
            be read.
    """
    titles, rows = read_table(path)
    questions = of_part(form)
    key, name_of = column(titles, *KEYS), namer(titles)
    if key is None and name_of is None:
        raise ValueError(f"{path} has no column that says who: {', '.join(KEYS)}; got {', '.join(titles)}")
    columns = _columns(path, titles, rows, list(questions))
    students: list[str] = []
    right: list[list[float]] = []
    for number, row in enumerate(rows, 2):
        who = row[key] if key is not None and key < len(row) else name_of(row) if name_of else ""
        cells = [row[k] if k < len(row) else "" for k, _ in columns]
        if not who.strip() or not any(cells) or "average" in who.lower():  # Moodle's last row
            continue
        where = f"{path}, line {number}"
        if canonical(who) in map(canonical, students):
            raise ValueError(f"{where}: {plain(who)} is there twice: keep the first attempt")
        if len(columns) == 1:
            cells = _letters(cells[0], form, len(questions), where)
        marks = zip(cells, questions.values(), columns * (len(questions) // len(columns)), strict=True)
        students.append(plain(who))
        right.append([_is_right(cell, question, most, where) for cell, question, (_, most) in marks])
    if not students:
        raise ValueError(f"{path} holds nobody's answers")
    return Answers(path, form, tuple(students), np.array(right, dtype=float))


def _columns(path: Path, titles: Sequence[str], rows, names: list[str]) -> list[tuple[int, float | None]]:
    """Where each question's answer stands, and its points, if the title tells; or the one column of lines."""
    by_name = {plain(title).lower(): k for k, title in enumerate(titles)}
    if all(name in by_name for name in names):
        return [(by_name[name], None) for name in names]
    numbered: dict[int, tuple[int, float | None]] = {}
    for k, title in enumerate(titles):
        if found := TITLE.fullmatch(title.strip()):
            most = float(found[2].replace(",", ".")) if found[2] else None
            numbered.setdefault(int(found[1]), (k, most))
    if set(range(1, len(names) + 1)) <= numbered.keys():
        return [numbered[k] for k in range(1, len(names) + 1)]
    for k in range(len(titles)):
        cells = [row[k] for row in rows if k < len(row) and row[k].strip()]
        if cells and all((found := LINE.fullmatch(cell)) and len(found[2]) == len(names) for cell in cells):
            return [(k, None)]
    raise ValueError(
        f"{path} needs a column of lines as the page copies them, such as {names[0].split('-')[0]}: abcabcab, or one "
        f"for each of {len(names)} questions, called Q1 to Q{len(names)} or {', '.join(names[:2])}, ...; "
        f"got {', '.join(titles)}"
    )


def _letters(cell: str, form: str, count: int, where: str) -> list[str]:
    found = LINE.fullmatch(cell)
    if not found:
        return [""] * count
    if found[1] and found[1].lower() != form:
        raise ValueError(
            f"{where}: these are answers to the {found[1].lower()} check, and the {form} check was asked for"
        )
    return list(found[2].lower())


@cache
def _texts(text: str) -> frozenset[str]:
    """A text in every language, as it is compared."""
    return frozenset(_bare(one) for one in (text, *tr_all(text)))


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _is_right(cell: str, question: dict, most: float | None, where: str) -> float:
    text = cell.strip().rstrip(".")
    choices = question["choices"]
    if text in ("", "-"):
        return 0.0
    if re.fullmatch(r"[a-d]", text, re.IGNORECASE):
        k = "abcd".index(text.lower())
        if k < len(choices):
            return float("mistake" not in choices[k])
    for choice in choices:
        if _bare(text) in _texts(choice["text"]):
            return float("mistake" not in choice)
    if text.lower() in ("right", "correct", "wrong", "incorrect"):
        return float(text.lower() in ("right", "correct"))
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        points = float(text.replace(",", "."))
        if points <= (most or 1.0):
            return float(points >= (most or 1.0))
    said = f"a letter, the text of a choice, points up to {most or 1:g}, right or wrong"
    raise ValueError(f"{where}: an answer to {question['prompt'][:40]!r} is {said}; got {text[:60]!r}")


# ---- counting


def _gain(before: np.ndarray, after: np.ndarray, axis: int = -1) -> np.ndarray:
    """Hake's gain of the class, from each student's share of right answers."""
    b, a = before.mean(axis=axis), after.mean(axis=axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (a - b) / (1 - b)


def part(before: np.ndarray, after: np.ndarray) -> Part:
    """The gain between two arrays of shares, a student each."""
    found = _part(float(before.mean()), float(after.mean()))
    if found.gain is None or len(before) < FEWEST:
        return found
    how = {"paired": True, "vectorized": True, "n_resamples": DRAWS, "method": "percentile"}
    return _with_interval(found, (before, after), _gain, how)


def _part(before: float, after: float) -> Part:
    return Part(before, after, (after - before) / (1 - before) if before < 1 else None)


def _with_interval(found: Part, data: tuple, statistic, how: dict) -> Part:
    from scipy.stats import bootstrap

    low, high = bootstrap(data, statistic, rng=np.random.default_rng(SEED), **how).confidence_interval
    if not np.isfinite([low, high]).all():  # in some draws all was known before
        return found
    return replace(found, low=float(low), high=float(high))


@dataclass(frozen=True)
class Gain:
    """What a class gained: all of it, by question, and the quarter that knew least.

    The quarter is chosen by one half of the entry check, and measured by the other half of both, each way: whoever is
    chosen for bad luck would otherwise seem to gain by having ordinary luck next time.
    """

    both: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    whole: Part
    questions: dict[str, Part]
    lowest: Part
    lowest_count: int


def gain(before: Answers, after: Answers) -> Gain:
    """The gain of the students who answered both.

    Raises:
        ValueError: nobody answered both.
    """
    places = {canonical(student): k for k, student in enumerate(after.students)}
    pairs = [(k, places[canonical(s)]) for k, s in enumerate(before.students) if canonical(s) in places]
    if not pairs:
        raise ValueError(f"nobody is in both {before.path} and {after.path}: the columns that say who must be alike")
    first, second = before.right[[k for k, _ in pairs]], after.right[[k for _, k in pairs]]
    both = tuple(before.students[k] for k, _ in pairs)
    known = set(map(canonical, both))
    names = list(of_part("exit"))
    low, count = _lowest(first, second)
    return Gain(
        both,
        tuple(s for s in before.students if canonical(s) not in known),
        tuple(s for s in after.students if canonical(s) not in known),
        part(first.mean(1), second.mean(1)),
        {name.removeprefix("exit-"): part(first[:, k], second[:, k]) for k, name in enumerate(names)},
        low,
        count,
    )


def _lowest(first: np.ndarray, second: np.ndarray) -> tuple[Part, int]:
    """The gain of the quarter that knew least, and of how many students it is."""
    shares, chosen = _of_lowest(first, second)
    found = _part(*shares)
    if len(first) < FEWEST or found.gain is None:
        return found, chosen

    def gain_of(students: np.ndarray) -> float:
        drawn = _part(*_of_lowest(first[students], second[students])[0]).gain
        return np.nan if drawn is None else drawn

    how = {"vectorized": False, "n_resamples": DRAWS_OF_LOWEST, "method": "percentile"}
    return _with_interval(found, (np.arange(len(first)),), gain_of, how), chosen


def _of_lowest(first: np.ndarray, second: np.ndarray) -> tuple[tuple[float, float], int]:
    """Shares before and after of those who know least by one half of the questions, in the other half, each way."""
    quarter = max(1, len(first) // 4)
    halves = np.arange(first.shape[1]) % 2 == 0
    before, after, chosen = [], [], np.zeros(len(first), bool)
    for half in (halves, ~halves):
        known = first[:, half].mean(1)
        at = known <= np.sort(known)[quarter - 1]  # all who knew as little
        before.append(first[at][:, ~half].mean(1))
        after.append(second[at][:, ~half].mean(1))
        chosen |= at
    return (float(np.concatenate(before).mean()), float(np.concatenate(after).mean())), int(chosen.sum())


# ---- saying


def told(found: Gain) -> str:
    """The gain as text."""
    lines = [f"{len(found.both)} students answered both checks."]
    after = Called((name, name) for name in found.only_after)
    if found.only_before:
        near = [(name, after.close(name)) for name in found.only_before]
        said = [f"{name} (is it {close[0]}?)" if close else name for name, close in near]
        lines.append(f"only before, not counted: {'; '.join(said)}")
    if found.only_after:
        lines.append(f"only after, not counted: {'; '.join(found.only_after)}")
    lines += ["", f"{'':24}{'before':>8}{'after':>8}{'gain':>8}   95 %"]
    lines += [_line("the class", found.whole), _line(f"who knew least ({found.lowest_count})", found.lowest)]
    lines += ["", *(_line(f"{k} {name}", one) for k, (name, one) in enumerate(found.questions.items(), 1))]
    return "\n".join(lines)


def _line(name: str, one: Part) -> str:
    shares = f"{name:24}{100 * one.before:6.0f} %{100 * one.after:6.0f} %"
    if one.gain is None:
        return f"{shares}{'-':>8}   all was known before"
    interval = "too few for one" if one.low is None or one.high is None else f"{one.low:.2f} to {one.high:.2f}"
    return f"{shares}{one.gain:8.2f}   {interval}"


def write_numbers(found: Gain, path: Path) -> None:
    """The numbers as CSV."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["what", "before", "after", "gain", "low", "high"])
        for name, one in {"class": found.whole, "lowest quarter": found.lowest, **found.questions}.items():
            out.writerow([name, *("" if v is None else round(v, 4) for v in vars(one).values())])
