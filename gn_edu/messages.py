"""What checks and widgets say, in the reader's language.

Messages are written in English where they are used, `tr("{n} groups", n=2)`. Their translations lie in languages/, made
from the catalogues in locale/ by scripts/i18n.py.
"""

import json
import os
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "languages"
_now = {"language": os.environ.get("GN_EDU_LANGUAGE", "en")}


def languages() -> list[str]:
    """Codes of the languages that there are messages in."""
    return ["en", *sorted(path.stem for path in FOLDER.glob("*.json"))]


def set_language(code: str) -> None:
    """Let checks and widgets speak another language from now on; a new kernel starts with GN_EDU_LANGUAGE, or English.

    Raises:
        ValueError: if there are no messages in that language.
    """
    if code not in languages():
        raise ValueError(f"language must be one of {', '.join(languages())}, got {code!r}")
    _now["language"] = code


@cache
def _translations(code: str) -> dict[str, str]:
    path = FOLDER / f"{code}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def catalogue() -> dict[str, str]:
    """English message to translation, in the language that is set; empty for English."""
    return _translations(_now["language"])


def tr(message: str, **values) -> str:
    """The message in the language that is set, with the values in their places."""
    message = catalogue().get(message, message)
    return message.format(**values) if values else message


def tr_all(message: str) -> list[str]:
    """The message in every language that has it."""
    return [said for code in languages() if (said := _translations(code).get(message))]


def N_(message: str) -> str:
    """Marks a message that is translated later, where it is shown."""
    return message
