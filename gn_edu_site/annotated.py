"""The directive `annotated`: a module as prose and code side by side, made from the file itself."""

import ast
import inspect
import re
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

SECTION = re.compile(r"^(Args|Returns|Raises):$")


def _inline(text: str) -> list[nodes.Node]:
    """Text in which `name` is code."""
    parts = re.split(r"`([^`]+)`", text)
    return [nodes.literal("", part) if k % 2 else nodes.Text(part) for k, part in enumerate(parts) if part]


def prose(docstring: str) -> list[nodes.Node]:
    """A docstring as paragraphs; Args, Returns and Raises become lists, indented blocks stay as they are."""
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
        elif first.startswith("    "):
            text = inspect.cleandoc("\n" + block)
            found.append(nodes.literal_block(text, text, language="text"))
        else:
            found.append(nodes.paragraph("", "", *_inline(" ".join(block.split()))))
    return found


def pieces(source: str) -> list[tuple[str, str, str]]:
    """(name, docstring, code without it) of the module's opening and of every class, method and function."""
    lines = source.splitlines()

    def piece(node, start, end):
        first = node.body[0]
        docstring = ast.get_docstring(node, clean=False) or ""
        drop = range(first.lineno, first.end_lineno + 1) if docstring else ()
        code = [line for number, line in enumerate(lines[start:end], start + 1) if number not in drop]
        return getattr(node, "name", ""), docstring, "\n".join(code).strip("\n")

    tree = ast.parse(source)
    tops = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    starts = [min([n.lineno, *(d.lineno for d in n.decorator_list)]) - 1 for n in tops]
    found = [piece(tree, 0, starts[0])]
    for node, start, end in zip(tops, starts, [*starts[1:], len(lines)], strict=True):
        found.append(piece(node, start, end))
    return found


class Annotated(SphinxDirective):
    """```{annotated} gn_edu/norms.py```, relative to the root of the book."""

    required_arguments = 1

    def run(self):
        path = Path(self.env.app.confdir) / self.arguments[0]
        self.env.note_dependency(str(path))
        rows = []
        for name, docstring, code in pieces(path.read_text(encoding="utf-8")):
            said = [nodes.paragraph("", "", nodes.strong("", name))] if name else []
            left = nodes.container("", *said, *prose(docstring), classes=["gn-prose"])
            right = nodes.container("", nodes.literal_block(code, code, language="python"), classes=["gn-code"])
            row = nodes.container("", left, right, classes=["gn-annotated"])
            if name:
                row["ids"].append(name.strip("_").replace("_", "-").lower())
            rows.append(row)
        # The file's own prose is English in every edition.
        return [nodes.raw("", '<div lang="en">', format="html"), *rows, nodes.raw("", "</div>", format="html")]


def _add_style(app, pagename, templatename, context, doctree):
    if doctree is not None and any("gn-annotated" in node["classes"] for node in doctree.findall(nodes.container)):
        app.add_css_file("gn-annotated.css")


def setup(app):
    app.add_directive("annotated", Annotated)
    app.connect("html-page-context", _add_style)
