"""How long the pages of the two-hour path take: python scripts/reading_times.py   (needs the built site)

An estimate by length: 150 words of text a minute, 15 lines of code or output a minute, 3 minutes a widget, half a
minute a quick question, one a question of the exit check; an exercise takes what its first line says. The list on
the landing page holds these numbers, rounded.
"""

import math
import re
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
STOP = re.compile(r"^\d+\. \[[^\]]+\]\(([^)#]+)\) \((\d+) min\)([^\n]*(?:\n(?!\d+\.|\n).*)*)", re.MULTILINE)


def stops() -> list[tuple[str, int, list[str], list[str]]]:
    """(page, minutes, sections to leave out, exercises to do) of every stop on the landing page's list."""
    found = []
    for link, minutes, rest in STOP.findall((ROOT / "book" / "index.md").read_text(encoding="utf-8")):
        page = str(Path("book", link).with_suffix(".html"))
        page = page.replace("book/../", "")
        without = re.findall(r"\*([^*]+)\*", rest.split("without", 1)[1]) if "without" in rest else []
        found.append((page, int(minutes), without, re.findall(r"with exercise (\d\.\d)", " ".join(rest.split()))))
    return found


def estimate(page: str, without: list[str], exercises: list[str]) -> float:
    """Minutes for a page."""
    article = BeautifulSoup((HTML / page).read_text(encoding="utf-8"), "html.parser").find("article")
    extra = 0.0
    for heading in article.find_all(["h2", "h3"]):
        title = heading.get_text().rstrip("#¶")
        number = re.match(r"Exercise (\d\.\d)", title)
        if number and number[1] in exercises:
            extra += int(re.search(r"(\d+) minutes", heading.parent.get_text())[1])
        if number or title in without:
            heading.parent.decompose()
    for old in article.select("script, style, details, svg, .gn-path, [data-gn-still-only]"):
        old.decompose()
    lines = 0
    for live in article.select(".gn-live"):
        kind = live["data-gn-host"]
        extra += {"quick_question": 0.5, "exit_check": 8}.get(kind, 3)
        live.decompose()
    for block in article.find_all("pre"):
        lines += len([line for line in block.get_text().splitlines() if line.strip()])
        block.decompose()
    return len(article.get_text().split()) / 150 + lines / 15 + extra


def main() -> None:
    total = [0, 0.0]
    for page, minutes, without, exercises in stops():
        found = estimate(page, without, exercises)
        total = [total[0] + minutes, total[1] + found]
        print(f"{page:40} says {minutes:3} min, estimate {math.ceil(found):3}")
    print(f"{'all':40} says {total[0]:3} min, estimate {math.ceil(total[1]):3}")


if __name__ == "__main__":
    main()
