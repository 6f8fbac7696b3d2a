"""What the page calls: run a reader's program, and check it against an exercise's table. Texts in, texts out."""

import builtins
import json
import sys
from collections import OrderedDict

from gn_edu.exercises.compare import same
from gn_edu.exercises.judge import judge
from gn_edu.exercises.sentences import as_text, said
from gn_edu.exercises.table_from_json import from_columns, table_from_json
from gn_edu.exercises.values import Array, Refusal

from . import torch
from .asking import Printing, ask, plain
from .formulas import add_answers
from .messages import CELL, as_elsewhere
from .rewriting import rewritten
from .stand_ins import explained

MOST = 64  # numbers of an array that is drawn
_shows = builtins.print


def _print(*args, **more):
    """print, but while a function is asked."""
    if Printing.silent:
        Printing.dropped = True
    else:
        _shows(*args, **more)


if sys.implementation.name == "micropython":
    builtins.print = _print


# ---- a program


class Program:
    """A reader's program, run once: its names, and the error that it ended with."""

    def __init__(self, source: str):
        source = "\n".join(["" if _is_check(line, source) else line for line in source.split("\n")])
        self.source, self.scope, self.error, self.value = source, {"__name__": "__main__", "print": _print}, None, None
        self.scope["torch"] = torch
        Printing.silent = Printing.dropped = False
        try:
            self.source = rewritten(source)
            exec(compile(_valued(self.source), CELL, "exec"), self.scope)
            self.value = self.scope.get(_VALUE)
        except MemoryError:
            raise  # none is left to say more of it: the page's script ends this Python, and says it
        except BaseException as error:  # whatever a program does
            kind, message, line = as_elsewhere(error, self.source, explained)
            self.error = {"kind": kind, "message": message, "line": line}

    def value_of(self, text: str):
        """The value of an expression when the program has run; None where that is an error."""
        try:
            return eval(text, self.scope)
        except Exception:  # a program that failed, or whose function does
            return None


def _is_check(line, source) -> bool:
    """Whether a line is one of those that check an exercise in a notebook: the page does that by itself."""
    if line.startswith("check_"):
        return "def " + line.split("(")[0] + "(" not in source  # the reader's own
    return line.startswith("from gn_edu.exercises ") or line[:2] == "ch" and ".check_" in line


_VALUE = "_value_of_the_last_line"


def _valued(source: str) -> str:
    """The program with its last line's value kept, where that is an expression."""
    lines = source.split("\n")
    for k in range(len(lines) - 1, -1, -1):
        line = lines[k]
        if not line.strip() or line[0] in " \t)]}#":
            continue
        try:
            last = "\n".join(lines[k:])
            compile("(" + last + "\n)", CELL, "eval")
            return "\n".join(lines[:k] + [_VALUE + " = (" + last + "\n)"])
        except SyntaxError:
            pass
        try:
            compile(last, CELL, "exec")
            return source
        except SyntaxError:  # it goes on from a line before
            pass
    return source


def _shown(value):
    """A value for the page's script."""
    if value is None:
        return None
    found = plain(value)
    return {"text": repr(value), "array": _array(found) if isinstance(found, Array) else None}


def _number(x):
    return x if x - x == 0 else "nan" if x != x else "inf" if x > 0 else "-inf"


def _array(array):
    return {"shape": array.shape, "values": [_number(x) for x in array.values], "dtype": array.dtype}


def run(source: str, draw: str = "") -> str:
    """Run a program as a cell of a notebook, in a fresh namespace.

    Args:
        source: the program.
        draw: names of arrays to give back, too, or expressions; a space stands between two, and none in one.
    """
    program = Program(source)
    drawn = OrderedDict()  # MicroPython's dict has no order
    for text in draw.split():
        value = plain(program.value_of(text))
        if isinstance(value, Array):
            drawn[text] = _array(value)
    value = None if program.error else _shown(program.value)
    return json.dumps({"error": program.error, "value": value, "drawn": drawn})


# ---- a check


def _table(data):
    if "names" in data:
        return from_columns(data)
    table = table_from_json(data)
    if "formulas" in data:
        add_answers(table, data["formulas"])
    return table


def check(source: str, table: str) -> str:
    """Run a program and check its function against an exercise's table.

    Args:
        source: the program.
        table: the text of live_tables.table_file.

    Returns:
        JSON: what the judge says; "case" is the smallest that failed, "line" where the function raised an error in it,
        "sets" whether the exercise is about the sets of group norm.
    """
    data = json.loads(table)
    words = data["words"]

    def translate(message):
        return words.get(message, message)

    program = Program(source)
    told = {"error": program.error, "ok": False, "mistakes": [], "passed": 0, "total": 0, "line": None, "case": None}
    told["sets"] = data["sets"]
    f = program.scope.get(data["function"])
    if program.error:
        told["text"] = "{kind}: {message}".format(**program.error)
    elif not callable(f):
        missing = said("Not yet: your program does not define {function}.", function=data["function"])
        told["text"] = as_text(missing, translate)
    else:
        known = _table(data)
        replies = [ask(f, question, program.source, explained) for question in known.questions]
        verdict = judge(known, replies)
        told.update(ok=verdict.ok, mistakes=verdict.names, passed=verdict.passed, total=verdict.total)
        told["text"] = verdict.text(translate, data["mistakes"])
        for kind, message in [reply.error for reply in replies if reply.error][:1]:
            name = message.split("'")[1] if kind == "NameError" and "'" in message else ""
            if name in data["others"]:
                alone = said("The cells of this page share no names: copy {function} into this one.", function=name)
                told["text"] += "\n" + as_text(alone, translate)
        if verdict.smallest is not None:
            told["line"] = replies[verdict.smallest].line
            told["case"] = _case(known.questions[verdict.smallest], replies[verdict.smallest], translate)
            if told["case"] and known.parts:
                told["case"]["parts"] = [translate(part) for part in known.parts]
        if Printing.dropped:
            _print_again(f, known.questions[verdict.smallest or 0], translate)
    return json.dumps(told)


def _print_again(f, question, translate):
    """What the function prints, for one question: the smallest that failed, or the first."""
    print(as_text(said("Printed for one case, {where}:", where=question.where), translate))
    ask(f, question, silent=False)


# ---- the smallest case, to be drawn


def _small(value):
    """A value as it is drawn; None where it can't be."""
    if isinstance(value, Array):
        return _array(value) if value.values is not None and value.count <= MOST else None
    if isinstance(value, list):
        return [_small(one) for one in value]
    if isinstance(value, float):
        return _number(value)
    return value if value is None or isinstance(value, (bool, int, str)) else None


def _case(question, reply, translate):
    arguments = [[name, _small(value)] for name, value in question.arguments()]
    if isinstance(question.right, Refusal) or any(
        isinstance(value, Array) and value.count > MOST for value in question.values + [question.right]
    ):
        return None
    return {
        "where": as_text(question.where, translate),
        "arguments": arguments,
        "right": _small(question.right),
        "yours": None if reply.error else _small(reply.value),
        "wrong": _off(question.right, reply.value, question.tolerance),
    }


def _off(right, yours, tolerance):
    """The places whose numbers are off, in the row of all numbers of the answer."""
    if isinstance(right, list):
        found, before = [], 0
        for a, b in zip(right, yours if isinstance(yours, list) else [None] * len(right)):
            found += [before + place for place in _off(a, b, tolerance)]
            before += a.count if isinstance(a, Array) else 1
        return found
    if isinstance(right, Array) and isinstance(yours, Array) and right.shape == yours.shape:
        near = tolerance * max(1.0, right.largest())
        pairs = list(zip(right.values, yours.values))
        return [k for k, (a, b) in enumerate(pairs) if not (abs(a - b) <= near or a == b or a != a and b != b)]
    if isinstance(yours, Array) and yours.count == 1:
        yours = yours.values[0]
    return [] if yours is None or same(yours, right, tolerance) else [0]
