"""How long the pages of the two-hour path take: python -m scripts.reading_times   (needs the built site)

An estimate by length: 150 words of text a minute, 15 lines of code or output a minute, 3 minutes a widget, half a
minute a quick question, one a question of the exit check; an exercise takes what its first line says. book/path.yml
holds these numbers, rounded.
"""

import math
import re
from collections.abc import Sequence

from bs4 import BeautifulSoup

from gn_edu_site.reading_path import Stop, stops
from scripts.paths import HTML, ROOT


def estimate(page: str, without: Sequence[str] = (), exercises: Sequence[str] = ()) -> float:
    """Minutes for a page, `without` some sections, with some exercises ("4.1") and not the others."""
    article = BeautifulSoup((HTML / f"{page}.html").read_text(encoding="utf-8"), "html.parser").find("article")
    extra = 0.0
    for heading in article.find_all(["h2", "h3"]):
        title = heading.get_text().rstrip("#¶")
        number = re.match(r"Exercise (\d\.\d)", title)
        if number and number[1] in exercises:
            extra += int(re.search(r"(\d+) minutes", heading.parent.get_text())[1])
        if number or title in without:
            heading.parent.decompose()
    for code in article.select(".gn-code-folded"):
        code.summary.decompose()
        code.unwrap()
    for old in article.select("script, style, details, svg, .gn-path, #the-two-hour-path"):
        old.decompose()
    lines = 0
    for live in article.select(".gn-live"):
        kind = str(live["data-gn-host"])
        extra += {"quick_question": 0.5, "exit_check": 8}.get(kind, 3)
        live.decompose()
    for block in article.find_all("pre"):
        lines += len([line for line in block.get_text().splitlines() if line.strip()])
        block.decompose()
    return len(article.get_text().split()) / 150 + lines / 15 + extra


def measured(stop: Stop) -> float:
    """The estimate for a stop of the path, with its exercises and without the sections that it leaves out."""
    return estimate(stop.page, stop.without, stop.exercises)


def main() -> None:
    total = [0, 0.0]
    for stop in stops(ROOT):
        found = measured(stop)
        total = [total[0] + stop.minutes, total[1] + found]
        print(f"{stop.page:40} says {stop.minutes:3} min, estimate {math.ceil(found):3}")
    print(f"{'all':40} says {total[0]:3} min, estimate {math.ceil(total[1]):3}")


if __name__ == "__main__":
    main()
