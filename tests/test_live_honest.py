"""The functions of sixty students' notebooks in MicroPython: as with torch, or the page says what it lacks."""

import ast
import re

import torch
from beside_torch import near, outcome
from test_honest import HONEST, read
from test_live_programs import ARGUMENTS, CALLS, answer_of, in_micropython

OURS = re.compile(
    r"(import|from) (torch|numpy|math|functools|itertools|typing|statistics|einops|__future__|dataclasses)"
)


def pieces(path):
    """The imports, and the definitions with their names, of a notebook's cells."""
    imports, definitions = [], []
    for cell in read(path)[1]["cells"]:
        text = "".join(cell["source"])
        try:
            body = ast.parse(text).body if cell["cell_type"] == "code" else []
        except SyntaxError:  # a line for the shell
            continue
        for node in body:
            segment = ast.get_source_segment(text, node)
            if isinstance(node, (ast.Import, ast.ImportFrom)) and OURS.match(segment):
                imports.append(segment)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                marks = [f"@{ast.get_source_segment(text, mark)}\n" for mark in node.decorator_list]
                definitions.append((node.name, "".join(marks) + segment))
            elif isinstance(node, ast.Assign) and not any(isinstance(one, ast.Call) for one in ast.walk(node)):
                definitions.append(("", segment))
    return imports, definitions


def programs():
    found = {}
    for path in HONEST:
        imports, definitions = pieces(path)
        start = "\n".join([*imports, ARGUMENTS.format(kind="float64"), *(text for _, text in definitions)])
        for name, _ in definitions:
            if name in CALLS:
                found[f"{path.stem} {name}"] = f"{start}\nanswer = {CALLS[name]}\n"
    return found


def test_honest_students_are_answered_or_told_what_is_missing():
    given = programs()
    assert len(given) > 100
    right, refused = 0, {}
    for (name, text), got in zip(given.items(), in_micropython([*given.values()]), strict=True):
        want = outcome(answer_of, text, torch)
        if near(got, want, 1e-9):
            right += 1
        elif isinstance(want[0], str) and want[0].endswith("Error"):
            assert got[0].endswith("Error"), name  # a piece outside its notebook
        else:
            refused[name] = got[1]
    assert all(re.match("The (torch|Python) of this page has no .*Colab", said) for said in refused.values()), refused
    assert right >= 75 and len(refused) <= 25, (right, refused)
