"""What the widget classes share: joined sources, a name for links, and a repr that says what is shown."""

import re
from pathlib import Path

import anywidget
import traitlets as t

from gn_edu.messages import catalogue

FOLDER = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)


def bundle(stem: str) -> str:
    """One module from `stem`.js and the modules it imports, in order: a widget's source cannot import neighbours.

    The imported modules lose their `export`; all share one scope, so names must differ.
    """
    parts: dict[str, str] = {}

    def add(name: str) -> None:
        source = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        for needed in _IMPORT.findall(source):
            if needed not in parts:
                add(needed)
        source = _IMPORT.sub("", source)
        parts[name] = source if name == stem else re.sub(r"^export ", "", source, flags=re.MULTILINE)

    add(stem)
    return "\n".join(parts.values())


def styles(stem: str, *shared: str) -> str:
    """The style sheet of all widgets, those that some share, and the widget's own.

    Every widget of a notebook brings all three, and of equal rules the last one holds. So the name of the widget counts
    twice in its own rules: another widget's copy of the shared ones can't undo them.
    """
    own = re.sub(rf"\.gn-{stem}\b", rf".gn-{stem}.gn-{stem}", _sheet(stem))
    return FRAME + "\n".join([*map(_sheet, shared), own])


def _sheet(name: str) -> str:
    return (FOLDER / f"{name}.css").read_text(encoding="utf-8")


FRAME = _sheet("frame")


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
