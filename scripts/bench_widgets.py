"""How long a widget takes to redraw: python -m scripts.bench_widgets [--times N]   (needs the built site and Chromium)

One line a widget: median and largest time of 60 changes, script and layout together, in headless Chromium. A slider
drag must stay under 16 ms (median). The networks of the landing page answer from a worker: under 100 ms.
"""

import argparse
import statistics

from scripts.chromium import open_chromium
from scripts.paths import HTML

SLIDE = "const s = root.querySelector('{}'); s.value = k % (+s.max + 1); s.dispatchEvent(new Event('input'));"
PRESS = "root.querySelector('{}').dispatchEvent(new KeyboardEvent('keydown', {{ key: k % 2 ? '{}' : '{}' }}));"
CHANGES = {
    ("notebooks/ch02_batch_norm.html#shimmer.noise?draw=199", "shimmer"): SLIDE.format("[data-gn-batch]"),
    ("notebooks/ch02_batch_norm.html#signal_depth.depth?norm=group", "signal_depth"): PRESS.format(
        "[data-gn-grip=gain]", "End", "Home"
    ),
    ("notebooks/ch03_one_formula.html", "statistic_set"): SLIDE.format("[data-gn-groups]"),
    ("notebooks/ch04_build.html", "reshape_microscope"): (
        "root.querySelectorAll('[data-view=tensor]')[k % 16].dispatchEvent(new MouseEvent('click', { bubbles: true }));"
    ),
    ("notebooks/ch05_backward.html", "gradient_projection"): PRESS.format(
        "[data-gn-grip=g]", "ArrowLeft", "ArrowRight"
    ),
    ("notebooks/ch06_numerics.html", "cancellation_lab"): PRESS.format("[data-gn-grip=offset]", "End", "Home"),
    ("notebooks/ch07_groups.html", "what_survives"): SLIDE.format("[data-gn-mean]"),
    ("notebooks/ch07_groups.html", "tile_seams"): (
        "const key = k % 2 ? 'PageUp' : 'PageDown';"
        "root.querySelector('[data-gn-grip=border]').dispatchEvent(new KeyboardEvent('keydown', { key }));"
    ),
    ("notebooks/ch08_cifar10.html#run_browser.runs?experiment=1&measure=level", "run_browser"): SLIDE.format(
        "[data-gn-epoch]"
    ),
    ("notebooks/ch09_sweep.html", "figure_one"): PRESS.format("[data-gn-grip=size]", "End", "Home"),
    ("notebooks/ch10_why_groups.html", "shadow"): PRESS.format("[data-gn-grip=edge]", "End", "Home"),
    ("notebooks/ch11_where_you_meet_it.html", "causality"): PRESS.format("[data-gn-grip=tip-5]", "End", "Home"),
    ("notebooks/ch12_fast.html", "traffic"): PRESS.format('[data-gn-seam="4"]', "End", "Home"),
}
# The change stands in the function, for the pages' policy forbids to make one from a text.
TIME = """async ([stem, count]) => {{
  const root = document.querySelector(`[data-gn-widget=${{stem}}]`), times = [];
  for (let k = 0; k < count; k++) {{
    await new Promise(requestAnimationFrame);
    const begin = performance.now();
    {change}
    {wait}
    root.getBoundingClientRect();
    times.push(performance.now() - begin);
  }}
  return times;
}}"""
ANSWERED = """await new Promise((done) => {
      const watch = new MutationObserver(() => (watch.disconnect(), done()));
      watch.observe(root.querySelector('.gn-live-text'), { childList: true });
    });"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=60, help="changes of each widget (%(default)s)")
    count = parser.parse_args().times
    if not HTML.exists():
        raise SystemExit("the site is not built: make book")
    with open_chromium() as browser:

        def measure(page, stem, change, wait, limit):
            tab = browser.new_page()
            path, _, state = page.partition("#")
            tab.goto((HTML / path).as_uri() + "#" + state)
            tab.wait_for_selector(f"[data-gn-widget={stem}][data-gn-ready]")
            times = tab.evaluate(TIME.format(change=change, wait=wait), [stem, count])
            tab.close()
            print(f"{stem:20} median {statistics.median(times):6.1f} ms  largest {max(times):6.1f} ms  (limit {limit})")

        for (page, stem), change in CHANGES.items():
            measure(page, stem, change, "", 16)
        again = "root.querySelector('[data-gn-do=again]').click();"
        measure("book/index.html#neighbours.home?batch=8", "neighbours", again, ANSWERED, 100)


if __name__ == "__main__":
    main()
