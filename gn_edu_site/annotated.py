"""The directive `annotated`: a module as prose and code side by side, made from the file itself.

Beside the head of a function or class stands what its docstring says first, beside each run of lines the comment that
leads it; under the code comes the rest of the docstring: arguments, results, errors, an example.
"""

import ast
import inspect
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

SECTION = re.compile(r"^(Args|Returns|Raises):$")
DETAILS = re.compile(r"^ *(?:(?:Args|Returns|Raises):$|>>>)", re.MULTILINE)  # where the rest of a docstring begins


@dataclass
class Piece:
    """Prose and the code beside it, or none; a name where a function or class of the module begins."""

    name: str
    prose: str
    code: str


def _inline(text: str) -> list[nodes.Node]:
    """Text in which `name` is code."""
    parts = re.split(r"`([^`]+)`", text)
    return [nodes.literal("", part) if k % 2 else nodes.Text(part) for k, part in enumerate(parts) if part]


def prose(docstring: str) -> list[nodes.Node]:
    """A docstring as paragraphs; Args, Returns, Raises become lists, indented blocks and examples stay as they are."""
    found = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        first, *rest = block.split("\n")
        if SECTION.match(first):
            found.append(nodes.paragraph("", "", nodes.strong("", first)))
            body = inspect.cleandoc("\n".join(["", *rest]))
            if first == "Returns:":
                found.append(nodes.paragraph("", "", *_inline(" ".join(body.split()))))
                continue
            items = []
            for entry in re.split(r"\n(?=\S)", body):
                name, _, what = " ".join(entry.split()).partition(": ")
                said = [nodes.literal("", name), nodes.Text(": "), *_inline(what)]
                items.append(nodes.list_item("", nodes.paragraph("", "", *said)))
            found.append(nodes.bullet_list("", *items))
        elif first.startswith(("    ", ">>>")):
            text = inspect.cleandoc("\n" + block)
            found.append(nodes.literal_block(text, text, language="pycon" if first[0] == ">" else "text"))
        else:
            found.append(nodes.paragraph("", "", *_inline(" ".join(block.split()))))
    return found


def comments(source: str) -> dict[int, tuple[int, str]]:
    """First line of each run of comments that have their lines to themselves: the last line, and the text."""
    lines = source.splitlines()
    found: dict[int, tuple[int, str]] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not lines[token.start[0] - 1][: token.start[1]].strip():
            first = next((first for first, (last, _) in found.items() if last == token.start[0] - 1), token.start[0])
            before = found[first][1] + " " if first in found else ""
            found[first] = (token.start[0], before + token.string.lstrip("# "))
    return found


def pieces(source: str) -> list[Piece]:
    """The module's opening, every class and function, each in as many pieces as it has comments in it."""
    lines, runs = source.splitlines(), comments(source)

    def cut(node, start, end):
        docstring = ast.get_docstring(node) or ""
        at = DETAILS.search(docstring)
        first_words, details = (docstring[: at.start()], docstring[at.start() :]) if at else (docstring, "")
        hidden = set(range(node.body[0].lineno, node.body[0].end_lineno + 1)) if docstring else set()
        heads = [(start, first_words)]
        for first, (last, text) in runs.items():
            if start < first <= end:
                heads.append((last, text))
                hidden |= set(range(first, last + 1))
        for (begin, text), (stop, _) in zip(heads, [*heads[1:], (end, "")], strict=True):
            code = [line for number, line in enumerate(lines[begin:stop], begin + 1) if number not in hidden]
            yield Piece(getattr(node, "name", "") if begin == start else "", text, "\n".join(code).strip("\n"))
        if details:
            yield Piece("", details, "")

    tree = ast.parse(source)
    tops = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    starts = [min([n.lineno, *(d.lineno for d in n.decorator_list)]) - 1 for n in tops]
    bounds = zip([tree, *tops], [0, *starts], [*starts, len(lines)], strict=True)
    return [piece for node, start, end in bounds for piece in cut(node, start, end)]


class Annotated(SphinxDirective):
    """```{annotated} gn_edu/norms.py```, relative to the root of the book."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.app.confdir) / self.arguments[0]
        self.env.note_dependency(str(path))
        rows: list[nodes.Node] = []
        for piece in pieces(path.read_text(encoding="utf-8")):
            said = [nodes.paragraph("", "", nodes.strong("", piece.name))] if piece.name else []
            left = nodes.container("", *said, *prose(piece.prose), classes=["gn-prose"])
            row = nodes.container("", left, classes=["gn-annotated"])
            if piece.code:
                block = nodes.literal_block(piece.code, piece.code, language="python")
                row += nodes.container("", block, classes=["gn-code"])
            if piece.name:
                row["ids"].append(piece.name.strip("_").replace("_", "-").lower())
            elif rows:
                row["classes"].append("gn-goes-on" if piece.code else "gn-details")
            rows.append(row)
        # The file's own prose is English in every edition.
        return [nodes.raw("", '<div lang="en">', format="html"), *rows, nodes.raw("", "</div>", format="html")]


def _add_style(app, pagename, templatename, context, doctree):
    if doctree is not None and any("gn-annotated" in node["classes"] for node in doctree.findall(nodes.container)):
        app.add_css_file("gn-annotated.css")


def setup(app):
    app.add_directive("annotated", Annotated)
    app.connect("html-page-context", _add_style)
