"""All quick questions, in one place (questions.json), and the same for learning platforms.

A question has a prompt and choices. A choice has a text and a reply; a wrong one also has the name of its mistake.
The questions of the exit check also name the page to read again: its path and its title. Any question may have a link
`see` to a widget in a state that shows the answer, which is offered after a wrong one, as in
"notebooks/ch03_one_formula.html#statistic_set.sets?method=group&groups=4": what *Copy link* gives, from the folder on.
"""

import json
import re
from functools import cache
from pathlib import Path

KEYS = {"prompt", "choices", "page", "again", "see"}
CHOICE_KEYS = {"text", "reply", "mistake"}
LINK = re.compile(r"(book|notebooks)/\w+\.html#\w+\.[\w-]+\?\S+")


def check_question(name: str, question: dict) -> None:
    """Refuse a question that is not as this module says.

    Raises:
        ValueError: a key is missing or unknown, not one choice is right, or `see` is no link to a widget's state.
    """
    unknown = [key for key in question if key not in KEYS]
    unknown += [key for choice in question.get("choices", []) for key in choice if key not in CHOICE_KEYS]
    if unknown:
        raise ValueError(f"{name} has keys that no question has: {', '.join(unknown)}; it may have {sorted(KEYS)}")
    if not question.get("prompt") or not all({"text", "reply"} <= choice.keys() for choice in question["choices"]):
        raise ValueError(f"{name} must have a prompt, and choices with a text and a reply each")
    right = sum("mistake" not in choice for choice in question["choices"])
    if right != 1:
        raise ValueError(f"{name} must have one choice without a mistake, got {right}")
    if part(name) == "exit" and not {"page", "again"} <= question.keys():
        raise ValueError(f"{name} is of the exit check and must name the page to read again, and its title")
    if "see" in question and not LINK.fullmatch(question["see"]):
        form = "FOLDER/PAGE.html#WIDGET.NAME?STATE, as Copy link gives it"
        raise ValueError(f"see of {name} must be {form}; got {question['see']!r}")


@cache
def questions() -> dict[str, dict]:
    """All questions by name: `ch04-view` is of chapter 4, `exit-...` of the exit check, `entry-...` of its twin."""
    found = json.loads(Path(__file__).with_name("questions.json").read_text(encoding="utf-8"))
    for name, question in found.items():
        check_question(name, question)
    return found


def part(name: str) -> str:
    """What stands before the dash: "ch04", "exit"."""
    return name.split("-")[0]


def of_part(wanted: str) -> dict[str, dict]:
    """The questions of one part, by name."""
    return {name: question for name, question in questions().items() if part(name) == wanted}


def _escaped(text: str) -> str:
    """Text with GIFT's special characters marked as plain ones."""
    return re.sub(r"([~=#{}:\\])", r"\\\1", text)


def gift(chosen: dict[str, dict] | None = None) -> str:
    """The questions in GIFT, the text format that Moodle and other learning platforms import.

    The feedback of a wrong choice starts with the name of its mistake, in brackets.
    """
    blocks = []
    for name, question in (chosen or questions()).items():
        lines = [f"::{_escaped(name)}::{_escaped(question['prompt'])} {{"]
        for choice in question["choices"]:
            reply = f"[{choice['mistake']}] {choice['reply']}" if "mistake" in choice else choice["reply"]
            sign = "~" if "mistake" in choice else "="
            lines.append(f"  {sign}{_escaped(choice['text'])}#{_escaped(reply)}")
        blocks.append("\n".join([*lines, "}"]))
    return "\n\n".join(blocks) + "\n"
