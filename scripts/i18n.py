"""Collect the messages to translate: python -m scripts.i18n [LANGUAGE ...]   (make i18n)

Writes the templates to _build/gettext (pages through Sphinx; through Babel what widgets, checks and the frame of a page
say), brings the catalogues locale/<language>/LC_MESSAGES/ up to date with sphinx-intl (new messages come in empty,
translated ones stay, numbers and symbols translate to themselves), writes the kernel's messages,
gn_edu/languages/<language>.json, and prints how far each page is translated.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from gn_edu.data import CLASSES
from gn_edu.exercises.exercise import mistakes
from gn_edu.questions import questions
from gn_edu_site.languages import FOLDS, OF_SPHINX
from scripts.build_book import SETTINGS, write_conf
from scripts.paths import BUILD, ROOT

POT = BUILD / "gettext"
TEXTS = {"prompt", "text", "reply", "again"}  # what a reader sees of a question
KERNEL = ("widgets", "checks")  # catalogues whose messages a kernel needs
CODE = re.compile(r"`[^`]*`|\$[^$]*\$|\\[a-z]+|\{[^}]*\}|\bx_hat\b")


def languages() -> list[str]:
    """Codes of the languages of the site besides English."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return [code for code in config["sphinx"]["config"]["gn_languages"] if code != "en"]


def widget_messages() -> Catalog:
    """Every message of the widgets, class names, questions and figures."""
    catalog = Catalog(project="Group Normalization", charset="utf-8")
    sources = ROOT / "gn_edu" / "widgets" / "src"
    # Several widgets have a model.js: a script's name is its path.
    scripts = {path.relative_to(sources).as_posix(): path for path in sources.rglob("*.js")}
    scripts["gn-page.js"] = ROOT / "book" / "_static" / "gn-page.js"
    scripts |= {f"live_page/{path.name}": path for path in (ROOT / "gn_edu_site" / "live_page").glob("*.js")}
    for name, path in sorted(scripts.items()):
        options = {"parse_template_string": True}
        for line, message, *_ in extract_from_file("javascript", path, {"tr": None, "N_": None}, options=options):
            catalog.add(message, locations=[(name, line)])
    for path in [
        *(ROOT / "gn_edu" / name for name in ("plots.py", "run_here.py")),
        *sorted((ROOT / "gn_edu_site").glob("*.py")),
    ]:
        for line, message, *_ in extract_from_file("python", path, {"N_": None, "tr": None}):
            catalog.add(message, locations=[(path.name, line)])

    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if alt := cell["metadata"].get("mystnb", {}).get("image", {}).get("alt"):
                catalog.add(alt, locations=[(path.name, 1)])

    for path in sorted((ROOT / "book").glob("*.md")):
        for alt in re.findall(r'^ +alt: "(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE):
            catalog.add(alt, locations=[(path.name, 1)])

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


def site_messages() -> Catalog:
    """Every message of what stands around a page: the catalogue that Sphinx asks for templates and for itself."""
    catalog = Catalog(project="Group Normalization", charset="utf-8")
    extractors = {"jinja2.ext:babel_extract": "book/_templates/**/*.html", "python": "gn_edu_site/*.py"}
    for extractor, pattern in extractors.items():
        for path in sorted(ROOT.glob(pattern)):
            for line, message, *_ in extract_from_file(extractor, path, {"_": None}):
                catalog.add(message, locations=[(path.name, line)])
    for message in (*OF_SPHINX, *FOLDS):
        catalog.add(message, locations=[("languages.py", 1)])
    return catalog


def check_messages() -> Catalog:
    """Every message of the checks."""
    catalog = Catalog(project="Group Normalization", charset="utf-8")
    in_page = ROOT / "gn_edu_site" / "live" / "page.py"
    for path in [*sorted((ROOT / "gn_edu" / "exercises").glob("*.py")), in_page]:
        for line, message, *_ in extract_from_file("python", path, {"tr": None, "N_": None, "said": None}):
            catalog.add(message, locations=[(path.name, line)])
    for name, sentences in mistakes().items():
        for sentence in sentences.values():
            catalog.add(sentence, locations=[(name, 1)])
    return catalog


def speaks(message: str) -> bool:
    """Whether a message has words; numbers, names of norms, symbols and code are the same in every language."""
    return bool(re.search(r"[^\W\d_]{3,}", CODE.sub("", message)))


def catalogues(language: str) -> dict[str, Path]:
    """Name of a page, or of a part of the kernel's messages, to its catalogue."""
    folder = ROOT / "locale" / language / "LC_MESSAGES"
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.po"))}


def read(path: Path) -> Catalog:
    with open(path, "rb") as file:
        return read_po(file)


def fill(path: Path) -> None:
    """Give messages without words themselves as translations."""
    catalog = read(path)
    for message in catalog:
        if message.id and not message.string and not speaks(str(message.id)):
            message.string = message.id
    with open(path, "wb") as file:
        write_po(file, catalog, width=0, ignore_obsolete=True)


def kernel_messages(language: str) -> dict[str, str]:
    """What widgets and checks say in a kernel: English message to its translation, where that is another."""
    paths = catalogues(language)
    messages = [m for name in KERNEL for m in read(paths[name]) if m.id and m.string and not m.fuzzy]
    return {str(m.id): str(m.string) for m in messages if m.string != m.id}


def write_kernel(language: str) -> None:
    """The kernel's messages as a JSON file in the package."""
    text = json.dumps(kernel_messages(language), ensure_ascii=False, indent=0, sort_keys=True)
    (ROOT / "gn_edu" / "languages" / f"{language}.json").write_text(text + "\n", encoding="utf-8")


def report(language: str) -> str:
    """A line a page: messages translated, fuzzy, missing, and the per cent of them that stand on the page."""
    lines = [f"{language:32}translated  fuzzy  missing     %"]
    for name, path in catalogues(language).items():
        messages = [m for m in read(path) if m.id]
        fuzzy = sum(m.fuzzy for m in messages)
        done = sum(bool(m.string) and not m.fuzzy for m in messages)
        share = 100 * done // max(1, len(messages))
        lines.append(f"{name:32}{done:10}{fuzzy:7}{len(messages) - done - fuzzy:9}{share:6}")
    return "\n".join(lines)


def main() -> None:
    codes = sys.argv[1:] or languages()
    shutil.rmtree(POT, ignore_errors=True)
    write_conf()
    command = [sys.executable, "-m", "sphinx", "-b", "gettext", "-q", "-d", str(BUILD / ".doctrees" / "gettext")]
    # The cells run, or come from the cache of the build: what they print as tables is translated, too.
    subprocess.run([*command, ROOT, POT], cwd=ROOT, check=True, env=os.environ | SETTINGS)
    collected = {"widgets": widget_messages(), "checks": check_messages(), "sphinx": site_messages()}
    for name, catalog in collected.items():
        with open(POT / f"{name}.pot", "wb") as file:
            write_po(file, catalog, omit_header=False, sort_by_file=True)
    command = [str(Path(sys.executable).with_name("sphinx-intl")), "update", "-p", str(POT), "-d", "locale", "-w", "0"]
    subprocess.run([*command, *(word for code in codes for word in ("-l", code))], cwd=ROOT, check=True)
    for code in codes:
        for path in catalogues(code).values():
            fill(path)
        write_kernel(code)
        print(report(code))


if __name__ == "__main__":
    main()
