"""Build the site: python -m scripts.build_book [LANGUAGE ...]   (English at the root, others under their code)

With TEACHER=1 in the environment the exercise sheets keep their solutions.

Warnings are errors, a failing cell is an error, and so is a page of _toc.yml that is not there afterwards.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from scripts.paths import BUILD, HTML, ROOT

# The pages are the same whatever data lies on the machine that builds them; two threads of a busy one would wait for
# each other most of the time.
SETTINGS = {"GN_EDU_DATA": "synthetic", "OMP_NUM_THREADS": "1"}
REDIRECT = """<!doctype html>
<html lang="{0}"><head><meta charset="utf-8"><title>Group Normalization</title>
<meta http-equiv="refresh" content="0; url=book/index.html"></head>
<body><main><a href="book/index.html">Group Normalization</a></main></body></html>
"""


def pages() -> list[str]:
    """Every page that _toc.yml names."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())

    def files(node):
        if isinstance(node, dict):
            yield from (value for key, value in node.items() if key in ("root", "file"))
            for value in node.values():
                yield from files(value)
        elif isinstance(node, list):
            for item in node:
                yield from files(item)

    return list(files(toc))


def forget_stale_cells() -> None:
    """The execution cache looks at notebooks only: drop it when the code or the records that they use changed.

    What draws the widgets is not among them: the pages take it from its files, not from the notebooks.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in (ROOT / "gn_edu").rglob("*") if p.suffix in {".py", ".json"}):
        digest.update(path.read_bytes())
    stamp = BUILD / "cells.sha256"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        shutil.rmtree(BUILD / ".jupyter_cache", ignore_errors=True)
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    stamp.write_text(digest.hexdigest())


def write_conf() -> None:
    """Sphinx's conf.py from _config.yml."""
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([jupyter_book, "config", "sphinx", "."], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def build(language: str, languages: list[str]) -> None:
    """Run Sphinx once and put the landing page's address at the root."""
    out = HTML if language == "en" else HTML / language
    # One doctree folder a language: what is read from a cell does not depend on it, what is translated does.
    options = ["-W", "-n", "--keep-going", "-q", "-d", str(BUILD / ".doctrees" / language)]
    values = ["-D", f"language={language}", "-D", f"gn_built={','.join(languages)}"]
    values += ["-D", f"gn_teacher={os.environ.get('TEACHER') or 0}"]
    command = [sys.executable, "-m", "sphinx", "-b", "html", *options, *values, str(ROOT), str(out)]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | SETTINGS)
    (out / "index.html").write_text(REDIRECT.format(language))
    missing = [page for page in pages() if not (out / f"{page}.html").is_file()]
    if missing:
        sys.exit(f"pages missing from {out}: {', '.join(missing)}")


def main() -> None:
    languages = sys.argv[1:] or ["en"]
    if languages[0] != "en":
        sys.exit(f"English comes first, for it stands at the root of the site; got {' '.join(languages)}")
    shutil.rmtree(HTML, ignore_errors=True)
    forget_stale_cells()
    write_conf()
    for language in languages:
        build(language, languages)
    print((BUILD / ".doctrees/en/path.txt").read_text(encoding="utf-8"), end="")
    print(f"built {len(pages())} pages in {', '.join(languages)}: {HTML / 'index.html'}")


if __name__ == "__main__":
    main()
