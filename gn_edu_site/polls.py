"""The directive `polls`: the quick questions for a class, with what each wrong answer reveals; and the GIFT files."""

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from gn_edu.messages import N_
from gn_edu.questions import gift, of_part
from gn_edu_site.languages import catalogue

ASK = N_("Ask:")
# All questions; and the two checks that are taken before and after, each by itself.
FILES = {"group-norm-questions.gift": "", "group-norm-entry.gift": "entry", "group-norm-exit.gift": "exit"}


def _choice(choice: dict, words: dict[str, str]) -> nodes.list_item:
    said, reply = (words.get(choice[key], choice[key]) for key in ("text", "reply"))
    text = nodes.paragraph()
    if "mistake" in choice:
        mistake = nodes.emphasis("", choice["mistake"].replace("-", " "))
        text += [nodes.Text(f"{said}: "), mistake, nodes.Text(f". {words.get(ASK, ASK)} {reply}")]
    else:
        text += [nodes.strong("", said), nodes.Text(f". {reply}")]
    return nodes.list_item("", text)


class Polls(SphinxDirective):
    """The questions of one part ("ch03", "exit") as a list; the right answer is bold."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        asked = of_part(self.arguments[0])
        if not asked:
            raise self.error(f"there are no questions of {self.arguments[0]!r}")
        words, items = catalogue(self.env.app, self.env.docname), []
        for question in asked.values():
            choices = nodes.bullet_list("", *(_choice(choice, words) for choice in question["choices"]))
            prompt = words.get(question["prompt"], question["prompt"])
            items.append(nodes.list_item("", nodes.paragraph("", prompt), choices))
        return [nodes.enumerated_list("", *items)]


def _write_gift(app, error):
    if error is None and app.builder.format == "html":
        for name, part in FILES.items():
            Path(app.outdir, "_static", name).write_text(gift(of_part(part) if part else None), encoding="utf-8")


def setup(app):
    app.add_directive("polls", Polls)
    app.connect("build-finished", _write_gift)
