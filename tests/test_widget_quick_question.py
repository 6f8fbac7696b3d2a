"""Quick questions: each choice has its reply, by mouse and by keyboard."""

import pytest
from browser import CHAPTERS

from gn_edu.questions import questions

pytestmark = pytest.mark.site
STEP = ("[data-gn-choice='1']", "Enter")


@pytest.mark.parametrize("name", [page for page in CHAPTERS if page.startswith("notebooks/ch")])
def test_questions_answer_by_mouse_and_keyboard(widget_page, name):
    known = questions()
    page = widget_page(name)
    widgets = page.locator("[data-gn-widget=quick_question]")
    assert widgets.count() + page.locator("[data-gn-widget=what_survives]").count() == 3  # that one asks itself
    for widget in widgets.all():
        question = known[widget.get_attribute("data-gn-name")]
        choices = question["choices"]
        reply = widget.locator(".gn-reply")
        for k, choice in enumerate(choices):
            button = widget.locator(f"[data-gn-choice='{k}']")
            if k % 2:
                button.focus()
                page.keyboard.press("Enter")
            else:
                button.click()
            verdict = "Not yet." if "mistake" in choice else "Right."
            see = " See it" if "mistake" in choice and "see" in question else ""
            assert reply.inner_text() == f"{verdict} {choice['reply']}{see}"
            assert button.get_attribute("aria-pressed") == "true"
        widget.locator("[data-gn-do=reset]").click()
        assert reply.inner_text() == ""
