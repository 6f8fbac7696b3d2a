"""Sentences as data: an English message with the values in its places. What shows them translates and fills in.

A sentence is a text that stays as it is, or a list of two: [message, {name: value}], [message, [value, ...]], or
["", [sentence, ...]] for several in a row. Values are numbers, texts and sentences, so that JSON can hold them.
"""

MISTAKE = "mistake"  # [MISTAKE, name]: what mistakes.json says of it


def said(message: str, *values, **named):
    """The message with values for its places, {0} and {1}, or {name}."""
    return [message, list(values) if values else named]


def joined(*parts):
    """Sentences in a row, with nothing between them."""
    return ["", list(parts)]


def of_mistake(name: str):
    """What a mistake is, and the question that helps."""
    return [MISTAKE, name]


def _sentence(text: str) -> str:
    """With a capital, and a full stop where nothing ends it."""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?" else ".")


def as_text(sentence, translate=str, mistakes=None) -> str:
    """The sentence in words.

    Args:
        sentence: as above.
        translate: English message to the reader's language.
        mistakes: name -> {"what": ..., "hint": ...}, or both in one: {"says": ...}.
    """
    if not isinstance(sentence, list):
        return sentence
    message, values = sentence
    if message == MISTAKE:
        told = mistakes[values]
        return " ".join(_sentence(translate(told[key])) for key in ("says", "what", "hint") if key in told)
    if isinstance(values, list):
        shown = [as_text(value, translate, mistakes) for value in values]
        return translate(message).format(*shown) if message else "".join(shown)
    named = {name: as_text(value, translate, mistakes) for name, value in values.items()}
    return translate(message).format(**named) if named else translate(message)
