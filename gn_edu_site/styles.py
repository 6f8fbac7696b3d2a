"""Style sheets without the rules that no page and no script of the site can meet."""

import re
from collections.abc import Iterable, Iterator

import tinycss2

NESTED = {"media", "supports", "container", "layer"}
# What stands inside these need not be on the page for the rule to hold.
OPEN = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
NAME = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")


def words_of(texts: Iterable[str]) -> set[str]:
    """Every word that could be the name of a class or an id."""
    return set().union(*(re.findall(r"[\w-]+", text) for text in texts))


def pruned(css: str, words: set[str]) -> str:
    """The style sheet without the selectors that ask for a class or an id that is not among the words."""
    return "".join(_kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), words))


def _kept(rules, words: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in NESTED and rule.content is not None:
            inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            if text := "".join(_kept(inner, words)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}"
        elif rule.type == "qualified-rule":
            selectors = _split(rule.prelude)
            if kept := [s for s in selectors if words.issuperset(NAME.findall(OPEN.sub("", s)))]:
                yield f"{','.join(kept)}{{{tinycss2.serialize(rule.content)}}}"
        else:
            yield rule.serialize()


def _split(prelude) -> list[str]:
    """The selectors of a list; commas inside of brackets belong to a block of their own."""
    selectors: list[list] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return [tinycss2.serialize(tokens) for tokens in selectors]
