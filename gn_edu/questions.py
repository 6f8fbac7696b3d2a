"""All quick questions, in one place (questions.json), and the same for learning platforms.

A question has a prompt and choices. A choice has a text and a reply; a wrong one also has the name of its mistake.
The questions of the exit check also name the page to read again.
"""

import json
import re
from functools import cache
from pathlib import Path


@cache
def questions() -> dict[str, dict]:
    """All questions by name. `ch04-view` belongs to chapter 4, `exit-...` to the exit check."""
    return json.loads(Path(__file__).with_name("questions.json").read_text(encoding="utf-8"))


def part(name: str) -> str:
    """What stands before the dash: "ch04", "exit"."""
    return name.split("-")[0]


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
