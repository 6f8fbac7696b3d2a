"""A table about every page of the built site: python -m scripts.audit [--lighthouse] [PAGE ...]   (make audit)

Gzipped bytes and requests before scrolling, requests to other hosts, axe violations (light, dark, 360 px), console
errors, layout shift, and seconds until the widgets are alive. With --lighthouse also the median of three runs of npm's
lighthouse (mobile) for the landing page and the three heaviest pages.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from scripts.chromium import FLAGS, find_chromium, open_chromium
from scripts.paths import HTML
from scripts.serve import Gzipped, served

LANDING = "book/index.html"
COLUMNS = "kB requests foreign axe errors shift alive_s".split()
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# The size of targets, WCAG 2.2, is off by default.
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def measure(browser, address: str, name: str) -> dict:
    """One line of the table."""
    row: dict = dict.fromkeys(COLUMNS, 0) | {"page": name}
    errors: list[str] = []
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360)):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        sizes: dict[str, int] = {}
        first = scheme == "light" and width == 1280

        def note(response, sizes=sizes):
            if urlsplit(response.url).scheme.startswith("http"):
                sizes[response.url] = int(response.headers.get("content-length") or 0)

        page.on("response", note)
        page.on("console", lambda m: errors.extend([m.text] if m.type in ("error", "warning") else []))
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.add_init_script(
            "window.gnShift=0;new PerformanceObserver((l)=>l.getEntries().forEach((e)=>{if(!e.hadRecentInput)"
            "gnShift+=e.value})).observe({type:'layout-shift',buffered:true})"
        )
        began = time.monotonic()
        page.goto(address + name)
        awake, all_ = (
            f"document.querySelectorAll('{q}').length" for q in ("[data-gn-ready]", "script[data-gn=widget]")
        )
        while not page.evaluate(f"{awake} >= {all_}"):
            if time.monotonic() - began > 20:
                sys.exit(f"{name}: widgets do not wake")
            page.wait_for_timeout(20)
        if first:
            row["alive_s"] = round(time.monotonic() - began, 1)
        page.wait_for_load_state("networkidle")
        if first:
            ours = {url: size for url, size in sizes.items() if url.startswith(address)}
            row |= {"kB": round(sum(ours.values()) / 1000), "requests": len(ours), "foreign": len(sizes) - len(ours)}
        row["shift"] = max(row["shift"], round(page.evaluate("gnShift"), 3))
        for y in range(0, page.evaluate("document.documentElement.scrollHeight"), 1600):
            page.evaluate(f"scrollTo(0, {y})")
            page.wait_for_timeout(20)
        page.wait_for_timeout(300)
        found = Axe().run(page, options=AXE).response["violations"]
        row["axe"] += sum(len(v["nodes"]) for v in found)
        for v in found:
            print(f"  axe, {name}, {scheme} {width}: {v['id']}: {v['nodes'][0]['html'][:120]}", file=sys.stderr)
        context.close()
    for said in sorted(set(errors)):
        print(f"  console, {name}: {said[:200]}", file=sys.stderr)
    return row | {"errors": len(errors)}


def lighthouse(address: str, name: str) -> list[int]:
    """Median scores of three runs: performance, accessibility, best practices, search."""
    scores = []
    for _ in range(3):
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            flags = " ".join(["--headless=new", *FLAGS])
            words = ["npx", "--yes", "lighthouse@12", address + name, "--quiet", "--output=json"]
            words += [
                f"--output-path={out.name}",
                f"--chrome-flags={flags}",
                f"--only-categories={','.join(CATEGORIES)}",
            ]
            subprocess.run(words, check=True, env=os.environ | {"CHROME_PATH": find_chromium()})
            found = json.loads(Path(out.name).read_text())["categories"]
            scores.append([round(100 * found[key]["score"]) for key in CATEGORIES])
    return [int(median(column)) for column in zip(*scores, strict=True)]


def main() -> int:
    """Print the tables; 1 where a page asks another host, axe finds something, or the console complains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--lighthouse", action="store_true")
    args = parser.parse_args()
    names = args.pages or sorted(
        path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html") if "refresh" not in path.read_text()[:400]
    )
    print(f"{'page':44}" + "".join(f"{column:>10}" for column in COLUMNS))
    rows = []
    with served(HTML, Gzipped) as address:
        with open_chromium() as browser:
            for name in names:
                rows.append(measure(browser, address, name))
                print(f"{name:44}" + "".join(f"{rows[-1][column]:>10}" for column in COLUMNS), flush=True)
        if args.lighthouse:
            print(f"\n{'lighthouse, median of three':44}" + "".join(f"{c[:9]:>10}" for c in CATEGORIES))
            heavy = sorted(rows, key=lambda row: -row["kB"])[:3]
            for name in dict.fromkeys([LANDING, *(row["page"] for row in heavy), "book/glossary.html"]):
                print(f"{name:44}" + "".join(f"{score:>10}" for score in lighthouse(address, name)), flush=True)
    return int(any(row["foreign"] or row["axe"] or row["errors"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
