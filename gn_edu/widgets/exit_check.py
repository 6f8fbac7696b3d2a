"""The exit check of the path."""

import traitlets as t

from gn_edu.questions import part, questions
from gn_edu.widgets.base import Widget, module, styles


class ExitCheck(Widget):
    """All questions of the exit check; says which chapter to read again. `chosen` holds an index each, -1 before."""

    _esm = module("exit_check")
    _css = styles("exit_check")
    questions = t.List(t.Dict()).tag(sync=True)
    chosen = t.List(t.Int()).tag(sync=True)

    def __init__(self, **traits):
        asked = [question for name, question in questions().items() if part(name) == "exit"]
        super().__init__(questions=asked, chosen=[-1] * len(asked), **traits)

    def describe(self) -> str:
        return "ExitCheck: " + " / ".join(question["prompt"] for question in self.questions)
