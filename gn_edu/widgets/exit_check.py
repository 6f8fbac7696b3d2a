"""The exit check of the path, and its twin to be taken before."""

import traitlets as t

from gn_edu.questions import of_part
from gn_edu.widgets.base import Widget, module, styles

FORMS = ("exit", "entry")


class ExitCheck(Widget):
    """Eight questions, and the line for a teacher who counts what a class learned (gn-edu gain).

    The form "exit" answers each question, and says at the end which chapter to read again. "entry" asks as much with
    other numbers and cases, and tells nothing but how many were right. `chosen` holds an index each, -1 before; `first`
    what was chosen first.

    Raises:
        ValueError: another form.
    """

    _esm = module("exit_check")
    _css = styles("exit_check")
    form = t.Unicode("exit").tag(sync=True)
    questions = t.List(t.Dict()).tag(sync=True)
    chosen = t.List(t.Int()).tag(sync=True)
    first = t.List(t.Int()).tag(sync=True)

    def __init__(self, form: str = "exit", **traits):
        if form not in FORMS:
            raise ValueError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
        asked = list(of_part(form).values())
        none = [-1] * len(asked)
        super().__init__(form=form, questions=asked, **({"chosen": none, "first": none} | traits))

    def describe(self) -> str:
        return "ExitCheck: " + " / ".join(question["prompt"] for question in self.questions)
