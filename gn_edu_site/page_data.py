"""The data of a page's widgets: each value once, and what a widget asks for late in a file of its own.

A large value that several widgets of a page have stands in the page once. A trait that its widget names in `_late` does
not stand in the page: it is a script of its own under _static, named by what it holds, which book/_static/gn-host.js
loads when the widget asks. A script, since a page that was opened by double-click may fetch nothing.
"""

import hashlib
import html
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

LARGE = 1000  # letters; a smaller value may stand in a page twice
SKIPPED = {"layout", "tabbable", "tooltip"}  # traits of every ipywidget that no front end of ours reads


def written(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def data_script(kind: str, value, **attributes: str) -> str:
    """A script element that runs nothing: its content is text, or a value as JSON."""
    extra = "".join(f' data-{key}="{html.escape(text)}"' for key, text in attributes.items())
    body = (value if isinstance(value, str) else written(value)).replace("</", "<\\/")
    return f'<script type="application/gn+json" data-gn="{kind}"{extra}>{body}</script>'


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def visible_traits(state: dict) -> dict:
    """What a widget's own script may ask for, of the state that the notebook stored."""
    return {key: value for key, value in state.items() if key[0] != "_" and key not in SKIPPED}


def _at_rest(state: dict) -> dict:
    return {key: value for key, value in visible_traits(state).items() if key not in state.get("_late", ())}


class PageData:
    """The data of the widgets of one page, whose states it is given; `static` is the site's folder _static."""

    def __init__(self, states: Iterable[dict], static: Path):
        self.static = static
        texts = [text for state in states for text in {written(value) for value in _at_rest(state).values()}]
        self.shared = {text for text, times in Counter(texts).items() if times > 1 and len(text) > LARGE}
        self.placed: set[str] = set()

    def scripts(self, stem: str, state: dict) -> str:
        """The elements with the data of one widget, which belong into it."""
        own, shared, elements = {}, [], []
        for key, value in _at_rest(state).items():
            text = written(value)
            if text not in self.shared:
                own[key] = value
                continue
            shared.append(f"{key}:{_digest(text)}")
            if text not in self.placed:
                self.placed.add(text)
                elements.append(data_script("shared", text, id=_digest(text)))
        late = [f"{key}:{self._file(written(state[key]))}" for key in state.get("_late", ())]
        lists = {"shared": " ".join(shared), "late": " ".join(late)}
        attributes = {name: text for name, text in lists.items() if text}
        return "".join([*elements, data_script("widget", own, stem=stem, **attributes)])

    def _file(self, text: str) -> str:
        """The name of the script that hands over a value."""
        name = f"data-{_digest(text)}.js"
        self.static.mkdir(parents=True, exist_ok=True)
        (self.static / name).write_text(f"document.currentScript.gnData={text};\n", encoding="utf-8")
        return name
