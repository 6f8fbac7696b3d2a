"""How outputs that come alive in the page leave the notebook: a marker that live.py turns into HTML."""

import json

from docutils import nodes

WIDGET = "application/vnd.jupyter.widget-view+json"
PLOTLY = "application/vnd.plotly.v1+json"


class LiveRenderer:
    """A MIME renderer of myst-nb (entry point in pyproject.toml)."""

    mime_priority_overrides = [("*", PLOTLY, 1)]

    @staticmethod
    def handle_mime(renderer, data, inline):
        if inline or data.mime_type not in (WIDGET, PLOTLY):
            return None
        content = data.content if isinstance(data.content, dict) else json.loads(data.content)
        return [nodes.container(gn_live=data.mime_type, gn_content=content)]
