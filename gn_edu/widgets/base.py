"""What the widget classes share: their built files, a name for links, and a repr that says what is shown."""

from pathlib import Path

import anywidget
import traitlets as t

from gn_edu.messages import catalogue

STATIC = Path(__file__).parent / "static"


def module(stem: str) -> Path:
    """The module that draws the widget `stem`: src/`stem`.js with all that it imports, as build.mjs bundled it."""
    return STATIC / f"{stem}.js"


def styles(stem: str) -> str:
    """The style sheet that all widgets share, and the widget's own."""
    return "".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in ("frame", stem))


class Widget(anywidget.AnyWidget):
    """A widget of the book. Traits: name, which tells several on one page apart in links."""

    name = t.Unicode("main").tag(sync=True)
    _catalogue = t.Dict().tag(sync=True)

    @t.default("_catalogue")
    def _words(self):
        return catalogue()

    def describe(self) -> str:
        """One line that says what is shown, the same in every run."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.describe()
