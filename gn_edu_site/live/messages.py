"""Errors in the words of CPython: MicroPython says some of them otherwise, and shorter."""

import io
import sys

from .syntax import slip

NO_STEPS = "The Python of this page has a step in slices of lists only. In Colab you have all of it."
CELL = "<cell>"  # the file that a reader's program is
_OPERATORS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "** or pow()",
    "matmul": "@",
    "and": "&",
    "or": "|",
    "xor": "^",
}
_COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_SAME = (  # (kind in MicroPython or "", what its message is or begins with, kind in CPython, its message)
    ("ZeroDivisionError", "divide by zero", "ZeroDivisionError", "division by zero"),
    ("RuntimeError", "maximum recursion depth exceeded", "RecursionError", "maximum recursion depth exceeded"),
    ("ValueError", "invalid syntax for integer with", "ValueError", "invalid literal for int() with"),
    ("ValueError", "zero step", "ValueError", "range() arg 3 must not be zero"),
    ("NotImplementedError", "only slices with step=1 (aka None) are supported", "NotSupported", NO_STEPS),
    ("TypeError", "can't convert float to int", "TypeError", "'float' object cannot be interpreted as an integer"),
)


def frames(error):
    """(line, function) of each call in the reader's program, the innermost last; without a function for syntax."""
    if not hasattr(sys, "print_exception"):
        return _frames_of_cpython(error)
    out, found = io.StringIO(), []
    sys.print_exception(error, out)
    for one in out.getvalue().split("\n"):
        if one.startswith(f'  File "{CELL}", line '):
            line, _, name = one.split(", line ")[1].partition(", in ")
            found.append((int(line), name))
    return found


def _frames_of_cpython(error):
    if isinstance(error, SyntaxError):
        return [(error.lineno, "")]
    trace, found = error.__traceback__, []
    while trace:
        if trace.tb_frame.f_code.co_filename == CELL:
            found.append((trace.tb_lineno, trace.tb_frame.f_code.co_name))
        trace = trace.tb_next
    return found


def as_elsewhere(error, source: str = "", explained=str, f=None, count: int = 0):
    """The name, the message and the line of an error, as CPython has them.

    Args:
        error: the exception.
        source: the reader's program.
        explained: an error to its sentence, where it tells of what the page lacks.
        f, count: the function that was called, and with how many arguments.
    """
    kind, message, at = type(error).__name__, str(error), frames(error)
    line = at[-1][0] if at else None
    if isinstance(error, KeyError) and error.args:
        message = repr(error.args[0])
    if hasattr(sys, "print_exception"):
        found = slip(source) if isinstance(error, SyntaxError) and not message.startswith("The ") else None
        if found:
            return found
        lines = source.split("\n")
        text = lines[line - 1].strip() if line and line <= len(lines) else ""
        name = "" if at else getattr(f, "__name__", "")
        found = _said(kind, message, text, source, name, count)
        kind, message = (
            found if found != (kind, message) else (kind, message if kind == "KeyError" else explained(error))
        )
    return kind, message, line


def _said(kind, message, text, source, name, count):
    for was, start, now, instead in _SAME:
        if kind == was and message.startswith(start):
            return now, instead + message[len(start) :]
    if kind == "ImportError" and message.startswith("no module named "):
        return "ModuleNotFoundError", f"N{message[1:]} in this page. In Colab you have more of them."
    if message.startswith("unsupported type"):
        return kind, _of_operator(message)
    if message == "local variable referenced before assignment":
        name = _unbound(text, source)
        return "UnboundLocalError", f"cannot access local variable '{name}' where it is not associated with a value"
    if message.startswith("need more than "):
        got, (wanted, more) = message.split(" ")[3], _targets(text)
        return kind, f"not enough values to unpack (expected {more}{wanted}, got {got})"
    if message == "arg is an empty sequence":
        return kind, f"{'max' if 'max(' in text else 'min'}() {message}"
    if "object isn't iterable" in message and _targets(text)[0] > 1:
        return kind, f"cannot unpack non-iterable {message.split(chr(39))[1]} object"
    if kind == "TypeError":
        called = message.split("()")[0] if "() takes " in message else name
        given = int(message.split(" but ")[1].split(" ")[0]) if "() takes " in message else count
        if called and ("() takes " in message or message.startswith("function missing ")):
            return kind, _of_arguments(called, given, source) or message
        if message.startswith("unexpected keyword argument"):
            called = name or _called_with(text, message.split("'")[1])
            return kind, f"{called}() got an {message}" if called else message
    return kind, message.replace(" isn't ", " is not ")


def _of_operator(message):
    """What CPython says where an operator does not take its operands."""
    name, _, rest = message.split("__")[1], 0, message.split(": ")[1]
    kinds = [one.strip("'") for one in rest.split(", ")]
    if len(kinds) == 1:
        signs = {"neg": "unary -", "pos": "unary +", "invert": "unary ~", "abs": "abs()"}
        return f"bad operand type for {signs.get(name, name)}: '{kinds[0]}'"
    left, right = kinds
    if name in _COMPARISONS:
        return f"'{_COMPARISONS[name]}' not supported between instances of '{left}' and '{right}'"
    if name == "add" and left in ("str", "list", "tuple"):
        return f'can only concatenate {left} (not "{right}") to {left}'
    if name == "mul" and left in ("str", "list", "tuple"):
        return f"can't multiply sequence by non-int of type '{right}'"
    sign = _OPERATORS.get(name) or _OPERATORS.get(name[1:], name) + "="
    return f"unsupported operand type(s) for {sign}: '{left}' and '{right}'"


def split(text, sign=","):
    """The pieces of a text between the signs that stand in no bracket."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == sign and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


def _targets(text):
    """How many values a line unpacks, and whether it takes more."""
    left = text[4:].split(" in ")[0] if text.startswith("for ") else split(text, "=")[0]
    parts = [one.strip() for one in split(left.strip().strip("()[]")) if one.strip()]
    stars = sum([one.startswith("*") for one in parts])
    return len(parts) - stars, "at least " if stars else ""


def _words(text):
    found = [""]
    for letter in text:
        if letter.isalpha() or letter.isdigit() or letter == "_":
            found[-1] += letter
        elif found[-1]:
            found.append("")
    return found


def _unbound(text, source):
    """The name in a line that is assigned elsewhere."""
    right, left = text.split("=")[-1], text.split("=")[0]
    for name in _words(right) + _words(left):
        for line in source.split("\n"):
            if name and line.startswith(" ") and line.strip().startswith((name + " =", name + "=", name + " +=")):
                return name
    return (_words(right) + [""])[0]


def _called_with(text, word):
    """The function that a line calls with such a keyword argument."""
    before, depth = text.split(word + "=")[0], 0
    for k in range(len(before) - 1, -1, -1):
        depth += (before[k] in ")]}") - (before[k] in "([{")
        if depth < 0:
            words = [one for one in _words(before[:k]) if one]
            return words[-1] if words else ""
    return ""


def _parameters(name, source):
    """The text of the parameters of a function of the program; None where there is no such one."""
    start, end = ("lambda", ":") if name == "<lambda>" else (f"def {name}(", ")")
    if start not in source:
        return None
    inside, depth, k = source.split(start)[1], 0, 0
    while k < len(inside) and (depth or inside[k] != end):
        depth += (inside[k] in "([{") - (inside[k] in ")]}")
        k += 1
    return inside[:k]


def _of_arguments(name, given, source):
    """What CPython says where a function gets too many or too few arguments; "" where the program has no such one."""
    inside = _parameters(name, source)
    if inside is None:
        return ""
    required, known = [], 0
    for one in split(inside):
        one = one.strip()
        if not one or one.startswith("*"):
            break
        known += 1
        if len(split(one, "=")) == 1:
            required.append(split(one, ":")[0].strip())
    if given < len(required):
        rest = [f"'{one}'" for one in required[given:]]
        names = (
            rest[0] if len(rest) == 1 else ", ".join(rest[:-1]) + (", and " if len(rest) > 2 else " and ") + rest[-1]
        )
        return f"{name}() missing {len(rest)} required positional argument{'s' * (len(rest) > 1)}: {names}"
    most = f"from {len(required)} to {known}" if len(required) < known else str(known)
    plural = "" if most == "1" else "s"
    return f"{name}() takes {most} positional argument{plural} but {given} {'was' if given == 1 else 'were'} given"
