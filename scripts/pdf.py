"""The whole book as one PDF: python -m scripts.pdf [--out FILE] [PAGE ...]   (make pdf)

Chromium prints each page as a reader's would, without scripts: widgets are their still pictures. Links lead to the
published site.
"""

import argparse
import sys
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from pypdf import PdfReader, PdfWriter

from scripts.build_book import pages
from scripts.chromium import open_chromium
from scripts.paths import BUILD, HTML


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "pages", nargs="*", default=pages(), help="as _toc.yml names them; all of them if none is given"
    )
    parser.add_argument("--out", type=Path, default=BUILD / "group-normalization.pdf")
    args = parser.parse_args()
    landing = HTML / "book/index.html"
    if not landing.is_file():
        sys.exit("the site is not built: make book")
    (canonical,) = BeautifulSoup(landing.read_bytes(), "html.parser").select("link[rel=canonical]")
    base = str(canonical["href"]).removesuffix("book/index.html")

    def from_disk(route):
        """The published address, answered from the folder of the build."""
        path = HTML / unquote(urlsplit(route.request.url).path)[len(urlsplit(base).path) :]
        route.fulfill(path=path) if path.is_file() else route.abort()

    book = PdfWriter()
    with open_chromium() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.route("**/*", from_disk)
        for name in args.pages:
            page.goto(f"{base}{name}.html", wait_until="networkidle")
            printed = page.pdf(format="A4", print_background=True, tagged=True)
            book.append(BytesIO(printed), outline_item=page.title().removesuffix(" - Group Normalization"))
    book.add_metadata({"/Title": "Group Normalization"})
    book.write(args.out)
    print(f"{args.out}: {len(PdfReader(args.out).pages)} pages, {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
