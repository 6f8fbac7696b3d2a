"""Say which tools and data the tests lack on this machine, and how many tests that skips: `make test` begins so."""

import contextlib
import io
from collections import Counter

import pytest


class Skips:
    """Counts the tests that will be skipped, by reason."""

    def __init__(self):
        self.total, self.reasons = 0, Counter()

    def pytest_collection_finish(self, session):
        self.total = len(session.items)
        for item in session.items:
            marks = (mark for mark in item.iter_markers("skipif") if mark.args[0])
            if mark := next(marks, None):
                self.reasons[mark.kwargs["reason"]] += 1


def main() -> None:
    skips, said = Skips(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "tests"], plugins=[skips])
    if code:
        raise SystemExit(said.getvalue())
    if not skips.reasons:
        print(f"Nothing is lacking for the {skips.total} tests.")
    for reason, count in skips.reasons.most_common():
        print(f"{count} of {skips.total} tests will be skipped: {reason}")


if __name__ == "__main__":
    main()
