"""How long Python takes in a page: python -m scripts.bench_live [EXERCISE ...]   (needs the built site and Chromium)

One line an exercise of the sheets, with its reference solution: from the first touch, when nothing of Python is there
yet, to the check's answer; then three times more. On two quiet cores the first must come within 1.5 s, a check within
1.5 s; one as short as that of exercise 4 within 0.3 s when Python is there.
"""

import argparse
import json

from scripts.chromium import open_chromium
from scripts.paths import HTML, ROOT

TIMES = """async ([name, source]) => {
  const box = document.querySelector(`[data-gn-exercise="${name}"]`), times = [];
  for (let k = 0; k < 4; k++) {
    const begin = performance.now();
    const { ok, text } = await box.check(source);
    times.push(performance.now() - begin);
    if (!ok) throw Error(`${name} is not right: ${text}`);
  }
  return times;
}"""


def solutions() -> dict[str, tuple[str, str]]:
    """Exercise -> (its page, its reference solution)."""
    found = {}
    for path in sorted((ROOT / "notebooks/exercises").glob("*.ipynb")):
        page = path.relative_to(ROOT).with_suffix(".html").as_posix()
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if name.endswith("-answer"):
                found[name.removesuffix("-answer")] = page, "".join(cell["source"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="exercises, ex04; without any, all that run in the page")
    wanted = parser.parse_args().names
    with open_chromium() as browser:
        for name, (page, source) in solutions().items():
            text = (HTML / page).read_text(encoding="utf-8")
            if f'data-gn-exercise="{name}"' not in text or (wanted and name not in wanted):
                continue
            tab = browser.new_page()
            tab.goto((HTML / page).as_uri())
            first, *more = tab.evaluate(TIMES, [name, source])
            tab.close()
            print(f"{name}  first {first:6.0f} ms  next {min(more):6.0f} to {max(more):6.0f} ms")


if __name__ == "__main__":
    main()
