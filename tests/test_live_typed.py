"""Programs typed into the cells of the built pages: what the page answers is the kernel's answer, word for word."""

from collections import defaultdict

import pytest
from test_live_judge import DIFFERENT, PROGRAMS, in_kernel

from gn_edu_site.live_tables import IN_PAGE
from scripts.exercise_records import records
from scripts.paths import ROOT

pytestmark = pytest.mark.site
AT_LEAST = 30
VERDICT = ".gn-verdict pre"


def page_of(name):
    """The page on which an exercise stands."""
    path = next(path for path, exercises in records().items() if name in [exercise.name for exercise in exercises])
    return path.relative_to(ROOT).with_suffix(".html").as_posix()


def chosen():
    """Page -> (exercise, program) of the first and the last program of each exercise that both sides judge alike."""
    by_name = defaultdict(list)
    for which, (name, source) in PROGRAMS.items():
        if which not in DIFFERENT:
            by_name[name].append(source)
    found = defaultdict(list)
    for name, sources in by_name.items():
        found[page_of(name)] += [(name, source) for source in dict.fromkeys((sources[0], sources[-1]))]
    return found


CHOSEN = chosen()


def test_each_exercise_is_tried_and_thirty_programs_at_least():
    assert sum(map(len, CHOSEN.values())) >= AT_LEAST
    assert {name for some in CHOSEN.values() for name, _ in some} == {*IN_PAGE}


@pytest.mark.parametrize("name_of_page", CHOSEN)
def test_what_a_cell_answers_is_what_the_kernel_answers(visit, name_of_page):
    page = visit(name_of_page)
    for name, source in CHOSEN[name_of_page]:
        cell = page.locator(f'[data-gn-exercise="{name}"]')
        area = cell.locator("textarea")
        if not area.count():
            cell.locator(".cell_input pre").click()
            area.wait_for()
        area.fill(source)
        cell.locator("[data-gn-do=run]").click()
        cell.locator(VERDICT).wait_for(timeout=30_000)
        ok, _, text = in_kernel(name, source)
        assert cell.locator(VERDICT).inner_text() == text, (name, source)
        assert ("gn-right" in cell.locator(".gn-verdict").get_attribute("class").split()) is ok
