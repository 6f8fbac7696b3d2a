"""The directive `polls`: the quick questions for a class, with what each wrong answer reveals; and the GIFT file."""

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from gn_edu.questions import gift, part, questions

FILE = "group-norm-questions.gift"


def _choice(choice: dict) -> nodes.list_item:
    text = nodes.paragraph()
    if "mistake" in choice:
        text += [nodes.Text(f"{choice['text']}: "), nodes.emphasis("", choice["mistake"].replace("-", " "))]
        text += nodes.Text(f". Ask: {choice['reply']}")
    else:
        text += [nodes.strong("", choice["text"]), nodes.Text(f". {choice['reply']}")]
    return nodes.list_item("", text)


class Polls(SphinxDirective):
    """The questions of one part ("ch03", "exit") as a list; the right answer is bold."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        asked = {name: question for name, question in questions().items() if part(name) == self.arguments[0]}
        if not asked:
            raise self.error(f"there are no questions of {self.arguments[0]!r}")
        items = []
        for question in asked.values():
            choices = nodes.bullet_list("", *map(_choice, question["choices"]))
            items.append(nodes.list_item("", nodes.paragraph("", question["prompt"]), choices))
        return [nodes.enumerated_list("", *items)]


def _write_gift(app, error):
    if error is None and app.builder.format == "html":
        Path(app.outdir, "_static", FILE).write_text(gift(), encoding="utf-8")


def setup(app):
    app.add_directive("polls", Polls)
    app.connect("build-finished", _write_gift)
