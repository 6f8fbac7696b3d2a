"""How long 300 submissions of three exercises take: python -m scripts.bench_grading [--submissions N]"""

import argparse
import tempfile
import time
from pathlib import Path

from gn_edu_grader.grade import grade
from scripts.class_of_thirty import HOSTILE, write_class
from scripts.paths import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=300)
    count = parser.parse_args().submissions
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "submitted")
        names = write_class(ROOT / "notebooks/exercises/sheet2_forward.ipynb", folder)
        tame = [name for name in names if name not in HOSTILE]
        for name in HOSTILE:
            (folder / f"{name}.ipynb").unlink()
        for k in range(len(tame), count):
            text = (folder / f"{tame[k % len(tame)]}.ipynb").read_text()
            (folder / f"{tame[k % len(tame)]}{k}.ipynb").write_text(text)
        began = time.monotonic()
        rows = grade(folder, Path(scratch, "grades.csv"))
        print(f"{len(rows)} submissions, {3 * len(rows)} answers: {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
