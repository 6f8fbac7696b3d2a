"""Did the class learn? Both forms are twins; answers are read as page and platforms write them; the gain is right."""

import csv
import io

import numpy as np
import pytest

from gn_edu import cli
from gn_edu.messages import tr_all
from gn_edu.questions import of_part, questions
from gn_edu_grader.gain import Answers, gain, part, read_answers

NAMES = [name.removeprefix("exit-") for name in of_part("exit")]


def right(question):
    return next(k for k, choice in enumerate(question["choices"]) if "mistake" not in choice)


def test_the_forms_are_parallel_and_share_no_question():
    forms = {form: of_part(form) for form in ("entry", "exit")}
    assert [list(of) for of in forms.values()] == [[f"{form}-{name}" for name in NAMES] for form in forms]
    assert len(NAMES) == 8 and not {q["prompt"] for q in forms["entry"].values()} & {
        q["prompt"] for q in forms["exit"].values()
    }
    for one, other in zip(*(of.values() for of in forms.values()), strict=True):
        assert len(one["choices"]) == len(other["choices"]) == 3  # as easy to guess
    for of in forms.values():
        places = [right(question) for question in of.values()]
        assert max(places.count(k) for k in range(3)) <= 3, "who always takes one letter gets too many"


# ---- reading


def written(path, rows, encoding="utf-8"):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    path.write_text(file.getvalue(), encoding=encoding)
    return path


def ways(form):
    """The answers of two students, all right and all wrong, as each source writes them."""
    asked = list(of_part(form).values())
    good = [right(q) for q in asked]
    bad = [(k + 1) % 3 for k in good]
    letters = ["".join("abc"[k] for k in ks) for ks in (good, bad)]
    texts = [[q["choices"][k]["text"] for q, k in zip(asked, ks, strict=True)] for ks in (good, bad)]
    numbered = [f"Q{k}" for k in range(1, 9)]
    moodle = ["Last name", "First name", "Email address", "State"]
    return {
        "lines of the page": [["name", "answers"], ["Anna", f"{form}: {letters[0]}"], ["Ben", letters[1].upper()]],
        "letters": [["name", *numbered], ["Anna", *letters[0]], ["Ben", *letters[1]]],
        "names of questions": [["name", *of_part(form)], ["Anna", *letters[0]], ["Ben", *letters[1]]],
        "texts": [["name", *numbered], ["Anna", *texts[0]], ["Ben", *texts[1]]],
        "words": [["name", *numbered], ["Anna", *["right"] * 8], ["Ben", *["wrong"] * 8]],
        "Moodle's grades": [
            [*moodle, "Grade/10.00", *(f"Q. {k} /1.25" for k in range(1, 9))],
            ["A", "Anna", "a@x", "Finished", "10.00", *["1.25"] * 8],
            ["B", "Ben", "b@x", "Finished", "0.00", *["0.00"] * 7, "-"],
            ["", "Overall average", "", "", "5.00", *["0.63"] * 8],
        ],
        "Moodle's responses": [
            [*moodle, *(f"Response {k}" for k in range(1, 9))],
            ["A", "Anna", "a@x", "Finished", *(f"{text}." for text in texts[0])],
            ["B", "Ben", "b@x", "Finished", *texts[1][:-1], "-"],
        ],
    }


@pytest.mark.parametrize("form", ["entry", "exit"])
def test_answers_are_read_however_they_come(tmp_path, form):
    for way, rows in ways(form).items():
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            found = read_answers(written(tmp_path / "a.csv", rows, encoding), form)
            assert found.right.tolist() == [[1.0] * 8, [0.0] * 8], way
            assert len(found.students) == 2, way


def test_answers_in_another_language_are_read(tmp_path):
    asked = list(of_part("exit").values())
    said = [tr_all(q["choices"][right(q)]["text"]) or [q["choices"][right(q)]["text"]] for q in asked]
    rows = [["name", *(f"Q{k}" for k in range(1, 9))], ["Anna", *(texts[0] for texts in said)]]
    assert read_answers(written(tmp_path / "a.csv", rows), "exit").right.all() and any(
        tr_all(q["prompt"]) for q in asked
    )


@pytest.mark.parametrize(
    "rows, said",
    [
        ([["who", "answers"], ["Anna", "abcabcab"]], "no column that says who"),
        ([["name", "Q1", "Q2"], ["Anna", "a", "b"]], "called Q1 to Q8"),
        ([["name", "answers"], ["Anna", "exit: abcabcab"]], "answers to the exit check, and the entry check"),
        ([["name", *(f"Q{k}" for k in range(1, 9))], ["Anna", "e", *"abcabca"]], "line 2: an answer to .* got 'e'"),
        ([["name", *(f"Q{k}" for k in range(1, 9))], ["Anna", "7", *"abcabca"]], "points up to 1"),
        ([["name", "answers"], ["Anna", "abcabcab"], ["anna ", "abcabcab"]], "line 3: anna is there twice"),
        ([["name", *(f"Q{k}" for k in range(1, 9))]], "holds nobody"),
    ],
)
def test_what_can_not_be_read_is_told(tmp_path, rows, said):
    with pytest.raises(ValueError, match=said):
        read_answers(written(tmp_path / "a.csv", rows), "entry")


# ---- counting


def made_up(rng, students, before, after, spread=0.0):
    """Two sheets of answers: the share that a student knows before, and the part of the rest that is learned."""
    knows = np.clip(before + spread * rng.standard_normal(students), 0.02, 0.98)[:, None]
    gained = knows + after * (1 - knows)
    who = tuple(f"s{k}" for k in range(students))
    sheets = [(rng.random((students, 8)) < share).astype(float) for share in (knows, gained)]
    return (Answers(None, form, who, sheet) for form, sheet in zip(("entry", "exit"), sheets, strict=True))


@pytest.mark.parametrize("students, known, learned", [(40, 0.35, 0.5), (200, 0.5, 0.2), (60, 0.4, 0.0)])
def test_a_gain_that_is_known_lies_in_its_interval(students, known, learned):
    """In some 95 of 100 made-up classes: of 40, in 33 at least (the chance of fewer is below 1 in 100)."""
    rng = np.random.default_rng(0)
    inside = inside_low = 0
    for _ in range(40):
        found = gain(*made_up(rng, students, known, learned, 0.15))
        inside += found.whole.low <= learned <= found.whole.high
        inside_low += found.lowest.low is None or found.lowest.low <= learned <= found.lowest.high
    assert inside >= 33 and inside_low >= 33


def test_who_learns_nothing_gains_nothing_in_the_lowest_quarter_too():
    """Chosen and measured by the same questions, they would seem to gain: they were chosen for bad luck."""
    rng = np.random.default_rng(1)
    before, after = made_up(rng, 4000, 0.5, 0.0, 0.1)
    found = gain(before, after)
    lowest = np.argsort(before.right.mean(1))[:1000]
    naive = part(before.right[lowest].mean(1), after.right[lowest].mean(1))
    assert abs(found.lowest.gain) < 0.04 < 0.2 < naive.gain
    assert found.lowest.before < found.whole.before and 1000 <= found.lowest_count


def test_only_who_answered_both_counts_whatever_the_order(tmp_path, capsys):
    asked = {form: list(of_part(form).values()) for form in ("entry", "exit")}
    all_right = {form: "".join("abc"[right(q)] for q in of) for form, of in asked.items()}
    half = "".join("abc"[right(q) if k < 4 else (right(q) + 1) % 3] for k, q in enumerate(asked["entry"]))
    rows = [["name", "answers"], *([f"Student {k}", f"entry: {half}"] for k in range(9)), ["Early", half]]
    before = written(tmp_path / "before.csv", rows)
    rows = [["name", "answers"], ["Late", half], *([f"student {k}", all_right["exit"]] for k in range(8, -1, -1))]
    after = written(tmp_path / "after.csv", rows)
    assert cli.main(["gain", str(before), str(after), "--out", str(tmp_path / "g.csv")]) == 0
    said = capsys.readouterr().out
    assert "9 students answered both checks." in said and "only before, not counted: Early" in said
    assert "only after, not counted: Late" in said and "50 %   100 %    1.00   1.00 to 1.00" in said
    with (tmp_path / "g.csv").open(encoding="utf-8-sig") as file:
        table = {row["what"]: row for row in csv.DictReader(file)}
    assert float(table["class"]["gain"]) == 1.0 and set(NAMES) <= table.keys()
    assert table[NAMES[0]]["gain"] == "" and float(table[NAMES[-1]]["gain"]) == 1.0
    assert cli.main(["gain", str(before), str(tmp_path / "nowhere.csv")]) == 2
    assert cli.main(["gain", str(after), str(before)]) == 2  # the wrong way round


def test_of_a_few_there_is_no_interval():
    found = part(np.array([0.5, 0.25]), np.array([0.75, 0.75]))
    assert found.gain == pytest.approx((0.75 - 0.375) / 0.625) and found.low is None
    assert part(np.ones(9), np.ones(9)).gain is None
    assert {name for name in questions() if name.startswith("exit")} == set(of_part("exit"))
