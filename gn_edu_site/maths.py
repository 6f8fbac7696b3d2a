"""Formulas become MathML when the book is built; a formula with a mistake is a warning with its place."""

import re

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from gn_edu_site.node import ask

logger = logging.getLogger(__name__)
# Sphinx writes the equation's number: the environment must not number its lines again.
_NUMBERED = re.compile(r"\\(begin|end)\{(align|gather|equation)\}")


# What stands side by side where there is room, and below one another where there is none.
_APART = re.compile(r"\\qquad")


def _mathml(visitor, node, tex: str, display: bool) -> str:
    reply = ask(visitor.builder.app, {"tex": tex, "display": display})
    if "error" in reply:
        logger.warning("formula %r: %s", tex, reply["error"].replace("\n", " "), location=node)
        return f"<code>{visitor.encode(tex)}</code>"
    return reply["html"]


def _inline(visitor, node):
    visitor.body.append(f'<span class="math notranslate">{_mathml(visitor, node, node.astext(), False)}</span>')
    raise nodes.SkipNode


def _block(visitor, node):
    tex = _NUMBERED.sub(r"\\\1{\2*}", node.astext().strip())
    if not tex.startswith(r"\begin{") and (r"\\" in tex or "&" in tex):
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    visitor.body.append(visitor.starttag(node, "div", CLASS="math notranslate", TABINDEX="0"))
    if node["number"]:
        visitor.body.append(f'<span class="eqno">({get_node_equation_number(visitor, node)})')
        visitor.add_permalink_ref(node, "Link to this equation")
        visitor.body.append("</span>")
    parts = [tex] if "&" in tex or r"\begin" in tex else _APART.split(tex)
    visitor.body.append("".join(_mathml(visitor, node, part, True) for part in parts) + "</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
