"""The judge: names of mistakes in made-up cases, and the same verdicts from JSON, where there is no torch."""

import ast
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from test_checks import FOUR, SLIPS, UNBIASED, made

from gn_edu import messages
from gn_edu.exercises import EXERCISES
from gn_edu.exercises import judge as judging
from gn_edu.exercises.asking import ask
from gn_edu.exercises.compare import same
from gn_edu.exercises.errors import OF_ARRAYS, mistake_of_error
from gn_edu.exercises.exercise import answered, mistakes, plain
from gn_edu.exercises.judge import Case, Explanation, Fault, judge, name_of, names_of
from gn_edu.exercises.sentences import as_text, joined, said
from gn_edu.exercises.table import FIRST, Question, Table
from gn_edu.exercises.table_from_json import from_json, table_from_json, telling
from gn_edu.exercises.table_to_json import table_to_json, to_json
from gn_edu.exercises.values import Answered, Array, Other, Refusal

# The judge and what it needs: no torch, and nothing that a small Python in a page does not have.
PLAIN = "judge table table_from_json table_to_json formula knobs values compare differences errors sentences".split()
FOLDER = Path(judging.__file__).parent
BROKEN = Answered(error=("KeyError", "x"))


def numbers(*values):
    return Array([len(values)], list(values))


def table(rights, wrong=(), **fields):
    """Questions with these right answers, and (names, answers) of mistakes; fields as {number: {field: value}}."""
    questions = [
        Question(["x"], [numbers(*range(k + 1))], right, where=f"case {k}", **fields.get(f"q{k}", {}))
        for k, right in enumerate(rights)
    ]
    return Table("f", questions, lambda: wrong)


def named(asked, *replies):
    replies = [reply if isinstance(reply, Answered) else Answered(reply) for reply in replies]
    return judge(asked, replies).names


# ---- recognising


WRONG = [(["double"], [2, 4, 6]), (["shift"], [2, 3, 4]), (["double", "shift"], [4, 6, 8])]


def test_the_mistake_that_explains_all_answers_is_named():
    asked = table([1, 2, 3], WRONG)
    assert named(asked, 1, 2, 3) == []
    assert named(asked, 2, 4, 6) == ["double"] and named(asked, 2, 3, 4) == ["shift"]
    assert named(asked, 4, 6, 8) == ["double", "shift"] and named(asked, 2, 4, 5) == []


def test_the_first_of_those_that_explain_as_much_is_named():
    assert named(table([1], [(["a"], [2]), (["b"], [2])]), 2) == ["a"]


def test_what_explains_the_lower_levels_is_named_and_the_rest_announced():
    asked = table([1, 2, 3], WRONG, q0={"level": FIRST})
    verdict = judge(asked, [Answered(2), Answered(5), Answered(7)])
    assert verdict.names == ["double"] and "More is off" in verdict.text(str, {"double": {"what": "a", "hint": "b"}})
    assert named(table([1, 2, 3], WRONG), 2, 5, 7) == []


def test_noise_is_not_used_to_recognise():
    asked = table([1, 2, 3], WRONG, q2={"recognises": False})
    assert named(asked, 2, 4, 5) == ["double"]
    assert "More is off" not in judge(asked, [Answered(2), Answered(4), Answered(5)]).text(str, mistakes_of("double"))


def mistakes_of(*names):
    return {name: {"what": f"{name} was made", "hint": f"why {name}?"} for name in names}


def test_parts_are_recognised_apart():
    asked = table([[1, 10], [2, 20]])
    asked.parts = ("a", "b")
    asked.sections = [([0], lambda: [(["double"], [2, 4])]), ([1], lambda: [(["negative"], [-10, -20])])]
    assert named(asked, [2, 10], [4, 20]) == ["double"]
    assert named(asked, [2, -10], [4, -20]) == ["double", "negative"]
    assert named(asked, [2, 11], [4, 21]) == ["double"]


# ---- naming one fault


def case(fault, value=None, error=None, **fields):
    question = Question(["x"], [1], numbers(1, 2), **fields)
    return Case(0, question, Answered(value, error), fault and Fault(fault if fault != "?" else "", "what happened"))


OFF = Explanation(["double"], [numbers(2, 4)])
CANNOT = Explanation(["double"], [Refusal("no")])
ERROR = ("KeyError", "x")
NAMES = [
    # what it shows, the case, the explanation, whether errors, and other shapes, are the rule -> the name
    ("tells by itself", case("in-place"), None, False, False, "in-place"),
    ("an error that tells", case("view-error", error=ERROR), OFF, False, False, "view-error"),
    ("an error", case("?", error=ERROR), OFF, False, False, None),
    ("an error at a form", case("?", error=ERROR, form="hard-coded-dims"), None, False, False, "hard-coded-dims"),
    ("errors are the rule", case("?", error=ERROR, form="hard-coded-dims"), None, True, False, None),
    ("explained", case("?", numbers(2, 4)), OFF, False, False, ""),
    ("explained but for the shape", case("wrong-shape", Array([2, 1], [2, 4])), OFF, False, False, "wrong-shape"),
    ("the mistake can't answer", case("?", numbers(9, 9)), CANNOT, False, False, ""),
    ("another shape", case("wrong-shape", numbers(1)), None, False, False, "wrong-shape"),
    ("another shape at a form", case("wrong-shape", numbers(1), form="rank"), None, False, False, "rank"),
    ("shapes are the rule", case("wrong-shape", numbers(1), form="rank"), None, False, True, "wrong-shape"),
    ("unknown", case("?", numbers(9, 9)), OFF, False, False, None),
    ("digits", case("?", numbers(9, 9), about="one-pass"), OFF, False, False, "one-pass"),
    ("digits, and all is off", case("?", numbers(9, 9), about="one-pass"), None, False, False, None),
    ("a part is None", case("missing-part", numbers(9, 9)), None, False, False, "missing-part"),
]


@pytest.mark.parametrize("what, shown, explanation, raises, misshapen, name", NAMES, ids=[n[0] for n in NAMES])
def test_the_name_of_one_fault(what, shown, explanation, raises, misshapen, name):
    assert name_of(shown, explanation, raises, misshapen) == name


def test_a_case_knows_what_it_is():
    extra = case("extra-answers", [numbers(1, 2), 3])
    assert extra.value.values == [1, 2] and extra.recognises() and extra.tells_by_itself()
    assert case("?", error=ERROR).raised_unnamed() and not case("view-error", error=ERROR).raised_unnamed()
    assert not case("?", error=ERROR).recognises() and not case("?", 1, recognises=False).recognises()
    assert case(None, 1).usual() and not case(None, 1, form="rank").usual()
    assert not case("?", error=ERROR, optional=True).counts() and case("?", 1, optional=True).counts()
    assert not case("?", 1, beyond=True).counts()


def test_two_names_at_most_and_none_that_another_covers():
    cases = [case("in-place"), case("view-error", error=ERROR), case("missing-return")]
    assert names_of(table([1]), cases) == (["in-place", "view-error"], True)
    both = [case("?", error=ERROR, form=form) for form in ("needs-both", "needs-weight")] + [case(None, numbers(1, 2))]
    assert names_of(table([numbers(1, 2)]), both) == (["needs-weight"], False)


# ---- the verdict


def test_the_smallest_case_is_shown_and_an_error_only_where_nothing_else_is():
    asked = table([1, 2, 3])
    verdict = judge(asked, [BROKEN, Answered(7), Answered(8)])
    assert verdict.smallest == 1 and verdict.passed == 0 and "case 1: " in verdict.text()
    assert judge(asked, [Answered(1), BROKEN, BROKEN]).smallest == 1
    assert "It is called as" not in judge(asked, [BROKEN] * 3).text()
    otherwise = Answered(error=("TypeError", "f() takes 2 positional arguments but 1 was given"))
    assert "It is called as f(x)." in judge(asked, [otherwise] * 3).text()


def test_what_does_not_count_is_said_aside():
    asked = table([1, 2, 3], q1={"beyond": True}, q2={"optional": True})
    verdict = judge(asked, [Answered(1), Answered(5), BROKEN])
    assert verdict.ok and (verdict.passed, verdict.total) == (1, 1)
    assert verdict.text().count("Not counted, case") == 2


def test_where_an_error_is_right():
    asked = table([Refusal(said("{n} do not fit", n=3))])
    assert judge(asked, [Answered(error=("ValueError", "no"))]).ok
    assert named(asked, 3) == ["no-error"] and "(3 do not fit), got 3" in judge(asked, [Answered(3)]).text(
        str, mistakes()
    )
    assert named(asked, BROKEN) == []


def test_as_many_replies_as_questions():
    with pytest.raises(ValueError, match="1 questions, 2 replies"):
        judge(table([1]), [Answered(1)] * 2)


# ---- sentences and values


def test_sentences_are_data_and_are_translated_where_they_are_shown():
    sentence = joined(said("{name} is {n}", name=said("this"), n=3), said("; {0}", 4), of := ["mistake", "double"])
    words = {"{name} is {n}": "<{n} = {name}>", "this": "THIS", "why double?": "warum?"}
    found = as_text(json.loads(json.dumps(sentence)), lambda m: words.get(m, m), mistakes_of("double"))
    assert found == "<3 = THIS>; 4Double was made. Warum?" and of


VALUES = [
    1,
    2.5,
    True,
    None,
    "text",
    float("inf"),
    [1, [2.0, None]],
    Other("a dict"),
    numbers(1.5, float("nan")),
    Array([2, 0], []),
    Refusal(said("{n} too many", n=2)),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_values_come_back_from_json(value):
    text = json.dumps(to_json(value), allow_nan=False)
    assert json.dumps(to_json(from_json(json.loads(text))), allow_nan=False) == text
    assert type(from_json(json.loads(text))) is type(value)


def test_tensors_become_rows_of_numbers():
    x = torch.arange(6, dtype=torch.float16).view(2, 3).T
    found = plain([x, x.to_sparse(), {"a": 1}])
    assert (found[0].shape, found[0].values, found[0].dtype) == ([3, 2], [0, 3, 1, 4, 2, 5], "float16")
    assert found[1].text == "a tensor of float16" and found[2].text == "{'a': 1}"


@pytest.mark.parametrize(
    "got, want, alike",
    [
        (1.0000001, 1.0, True),
        (1.0000001, 1, False),
        (True, 1, False),
        (1, True, False),
        (2.5, 2, False),
        (None, None, True),
        ("a", "a", True),
        (numbers(1, 2), [1, 2], True),
        ([1, 2, 3], [1, 2], False),
        (Array([], [3.0]), 3, True),
        (numbers(1e9, 1), numbers(1e9, 2), True),
        (numbers(1, float("nan")), numbers(1, float("nan")), True),
        (numbers(1, float("inf")), numbers(1, float("inf")), True),
        (numbers(1, 5.0), numbers(1, float("inf")), False),
        (numbers(1, float("nan")), numbers(1, 2), False),
        (Array([2, 1], [1, 2]), numbers(1, 2), False),
        (Array([2], [1, 2j], "complex128"), numbers(1, 2), False),
        (float("inf"), 1, False),
    ],
)
def test_what_is_the_same(got, want, alike):
    assert same(got, want, 1e-5) is alike


def test_an_error_of_numpys_on_a_tensor_is_known_by_its_words():
    x = torch.ones(2, 3)
    missing = [name for name in dir(np.ndarray) if not hasattr(torch.Tensor, name) and name[0] != "_"]
    assert set(missing) <= set(OF_ARRAYS)
    for wrong in (
        lambda: np.mean(x, axis=-1, keepdims=True),
        lambda: x.astype(float),
        lambda: x.std(ddof=1),
        lambda: x.transpose(0, 1, 2),
        lambda: x.transpose((0, 1)),
        lambda: np.var(x, axis=-1, keepdims=True),
    ):
        with pytest.raises((TypeError, AttributeError)) as error:
            wrong()
        assert mistake_of_error(str(error.value)) == "numpy-on-tensor", error.value
    for message in ("axis", "f(axis = 1)", "unexpected keyword argument 'dim'", "got (Tensor, dim=int)"):
        assert mistake_of_error(message) == ""


# ---- without torch


@pytest.mark.parametrize("name", PLAIN)
def test_the_judge_needs_nothing_but_itself(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Import)
        if isinstance(node, ast.ImportFrom):
            package, _, module = node.module.rpartition(".")
            assert package == "gn_edu.exercises" and module in PLAIN, node.module
        # What MicroPython, the small Python for pages, does not read.
        assert not isinstance(node, ast.Match)
        if isinstance(node, (ast.List, ast.Tuple)):
            assert not any(isinstance(item, ast.Starred) for item in node.elts)


WITHOUT_TORCH = """
import json, sys
sys.modules["torch"] = sys.modules["numpy"] = None
from gn_edu.exercises.judge import judge
from gn_edu.exercises.table_from_json import from_json, table_from_json
from gn_edu.exercises.values import Answered
given = json.load(sys.stdin)
for replies in given["replies"]:
    replies = [Answered(from_json(value), *rest) for value, *rest in replies]
    found = judge(table_from_json(given["table"]), replies)
    numbers = [found.ok, found.names, found.passed, found.total, found.smallest, found.native, found.detours]
    print(json.dumps([*numbers, found.text(str, given["mistakes"])]))
"""


def test_exercise_9_is_judged_from_json_without_torch():
    """Right and wrong answers get the report that the kernel gives."""
    exercise = EXERCISES["ex09"]
    probes = exercise.probes(random.Random(0))
    data = table_to_json(exercise.table(probes), at_once=1)
    answers = [made(), torch.nn.functional.group_norm, made(text=FOUR), lambda x: x, made(SLIPS["no-bias"], UNBIASED)]
    answers += [made(SLIPS[name]) for name in SLIPS if name != "unbiased-var"] + [made(UNBIASED)]
    replies = [[ask(f, probe.how, probe.args) for probe in probes] for f in answers]
    said_before = [[(to_json(a.value), a.error, a.changed, a.ran) for a in map(answered, r)] for r in replies]
    given = json.dumps({"table": data, "replies": said_before, "mistakes": mistakes()}, allow_nan=False)
    run = subprocess.run([sys.executable, "-c", WITHOUT_TORCH], input=given, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert len(lines) == len(answers)
    for line, reply in zip(lines, replies, strict=True):
        report = exercise.judge(probes, reply)
        ok, names, passed, total, smallest, native, detours, text = json.loads(line)
        assert (ok, passed, total, native) == (report.ok, report.passed, report.total, report.native)
        assert tuple(detours) == report.detours
        case = () if smallest is None else probes[smallest].args
        assert case == report.case or all(a is b for a, b in zip(case, report.case, strict=True))
        if len(report.mistakes) < 2:  # two at once are left out of this table
            assert (names, text) == (report.mistakes, report.text)


def test_a_table_keeps_what_several_mistakes_answer_too():
    exercise = EXERCISES["ex04"]
    probes = exercise.probes(random.Random(0))
    whole = exercise.table(probes)
    short = table_from_json(json.loads(json.dumps(table_to_json(whole))))
    for names, answers in whole.wrong():
        replies = [Answered(answers[k]) for k in range(len(probes))]
        one, other = judge(whole, replies), judge(short, replies)
        assert (one.names, one.lines) == (other.names, other.lines), names


def test_telling_places_are_spread():
    assert telling(3, 8) == [0, 1, 2] and telling(100, 4) == sorted(set(telling(100, 4)))
    assert len(telling(1000, 8)) == 8 and max(np.diff(telling(1000, 8))) < 300


def test_the_language_is_chosen_where_the_verdict_is_shown(monkeypatch):
    verdict = judge(table([1]), [Answered(2)])
    monkeypatch.setitem(messages._now, "language", "si")
    assert verdict.text(messages.tr, mistakes()) != verdict.text(str, mistakes())
