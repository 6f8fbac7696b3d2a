"""How outputs of the book's own kinds leave the notebook: what comes alive in the page, tables, and drawings."""

import json

from docutils import nodes

WIDGET = "application/vnd.jupyter.widget-view+json"
PLOTLY = "application/vnd.plotly.v1+json"


def _in_this_book(renderer) -> bool:
    """Whether the extension gn_edu_site is loaded: myst-nb asks every installed renderer, whatever the book."""
    environment = renderer.renderer.sphinx_env
    return environment is not None and "gn_temml" in environment.config


class LiveRenderer:
    """A MIME renderer of myst-nb (entry point in pyproject.toml)."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        if inline or data.mime_type not in (WIDGET, PLOTLY, "text/html") or not _in_this_book(renderer):
            return None
        if data.mime_type == "text/html":
            from gn_edu_site import outputs  # not at the top: another book has not what it imports

            return outputs.rendered(data, renderer.source)
        # A marker that live_outputs.py turns into HTML.
        content = data.content if isinstance(data.content, dict) else json.loads(data.content)
        return [nodes.container(gn_live=data.mime_type, gn_content=content)]
