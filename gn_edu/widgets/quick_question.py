"""Quick questions: predict, tap, and hear which mistake it was."""

import traitlets as t

from gn_edu.questions import questions
from gn_edu.widgets.base import Widget, module, styles


class QuickQuestion(Widget):
    """One question of questions.json, by its name; `chosen` is the index of the answer given, -1 before."""

    _esm = module("quick_question")
    _css = styles("quick_question")
    prompt = t.Unicode().tag(sync=True)
    choices = t.List(t.Dict()).tag(sync=True)
    see = t.Unicode().tag(sync=True)
    chosen = t.Int(-1).tag(sync=True)

    def __init__(self, name: str):
        if name not in questions():
            raise ValueError(f"there is no question {name!r}; the questions are {', '.join(questions())}")
        super().__init__(name=name, **questions()[name])

    def describe(self) -> str:
        answers = " / ".join(choice["text"] for choice in self.choices)
        return f"QuickQuestion: {self.prompt} ({answers})"
