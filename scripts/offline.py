"""One zip with the whole site, to be opened by double-click: python -m scripts.offline   (make offline)"""

import shutil
import sys
from pathlib import Path

from scripts.paths import BUILD, HTML

MOST = 15_000_000


def main() -> None:
    if not (HTML / "book/index.html").is_file():
        sys.exit("the site is not built: make book")
    path = Path(shutil.make_archive(str(BUILD / "group-normalization"), "zip", HTML))
    size = path.stat().st_size
    print(f"{path}: {size / 1e6:.1f} MB; unpack it and open index.html")
    if size > MOST:
        sys.exit(f"that is more than {MOST / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
