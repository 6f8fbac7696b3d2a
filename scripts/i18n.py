"""Collect the messages to translate: python scripts/i18n.py LANGUAGE ...

Writes the templates to _build/gettext (pages through Sphinx, widgets through Babel) and brings the catalogues
locale/<language>/LC_MESSAGES/ up to date with sphinx-intl: new messages come in empty, translated ones stay.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from gn_edu.data import CLASSES
from gn_edu.questions import questions

ROOT = Path(__file__).resolve().parent.parent
POT = ROOT / "_build" / "gettext"
TEXTS = {"prompt", "text", "reply", "again"}  # what a reader sees of a question


def widget_messages() -> Catalog:
    """Every message of the widgets, class names, questions and of what stands around a page."""
    catalog = Catalog(project="Group Normalization", charset="utf-8")
    for path in [*sorted((ROOT / "gn_edu" / "widgets").glob("*.js")), ROOT / "book" / "_static" / "gn-page.js"]:
        options = {"parse_template_string": True}
        for line, message, *_ in extract_from_file("javascript", path, {"tr": None, "N_": None}, options=options):
            catalog.add(message, locations=[(path.name, line)])
    for path in (ROOT / "gn_edu" / "site" / name for name in ("pages.py", "path.py")):
        for line, message, *_ in extract_from_file("python", path, {"say": (2,)}):
            catalog.add(message, locations=[(path.name, line)])

    def collect(node, name):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if key in TEXTS:
                catalog.add(value, locations=[(name, 1)])
            elif isinstance(value, (dict, list)):
                collect(value, name)

    for name, question in questions().items():
        collect(question, name)
    for label in CLASSES:
        catalog.add(label, locations=[("neighbours.json", 1)])
    return catalog


def main() -> None:
    languages = sys.argv[1:]
    if not languages:
        sys.exit("which language? For example: python scripts/i18n.py si")
    shutil.rmtree(POT, ignore_errors=True)
    subprocess.run([Path(sys.executable).with_name("jupyter-book"), "config", "sphinx", "."], cwd=ROOT, check=True)
    doctrees = ROOT / "_build" / ".doctrees" / "gettext"
    command = [sys.executable, "-m", "sphinx", "-b", "gettext", "-q", "-d", doctrees, "-D", "nb_execution_mode=off"]
    subprocess.run([*command, ROOT, POT], cwd=ROOT, check=True)
    with open(POT / "widgets.pot", "wb") as file:
        write_po(file, widget_messages(), omit_header=False, sort_by_file=True)
    command = [Path(sys.executable).with_name("sphinx-intl"), "update", "-p", POT, "-d", "locale", "-w", "0"]
    subprocess.run([*command, *(word for language in languages for word in ("-l", language))], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
