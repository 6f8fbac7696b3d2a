"""How long a page takes to read: a rule that counts what stands on it."""

import math
import re
from dataclasses import dataclass

from docutils import nodes
from sphinx import addnodes

from gn_edu_site.live_outputs import widget_model, widget_stem
from gn_edu_site.renderer import WIDGET

WORDS_A_MINUTE = 180
SECONDS = {"widgets": 90, "cells": 60, "questions": 45}
RULE = "180 words a minute, 90 s a widget, 60 s a cell of code, 45 s a question"
WORD = re.compile(r"\w[\w'’.-]*")
WITHOUT_WORDS = (nodes.math_block, nodes.raw, nodes.comment, nodes.image, addnodes.toctree, addnodes.index)


@dataclass(frozen=True)
class Load:
    """What a reader finds on a page or on a part of it. What a cell prints is read with the cell."""

    words: int = 0
    widgets: int = 0
    cells: int = 0
    questions: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def __str__(self) -> str:
        return ", ".join(f"{getattr(self, name)} {name}" for name in self.__dataclass_fields__)

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded up."""
        waiting = sum(seconds * getattr(self, name) for name, seconds in SECONDS.items())
        return math.ceil(self.words / WORDS_A_MINUTE + waiting / 60)


def _of_live(env, live: nodes.Element) -> Load:
    if live["gn_live"] != WIDGET:
        return Load(widgets=1)
    model = widget_model(env, env.docname, live)
    kind = widget_stem(model)
    if kind == "exit_check":
        return Load(questions=len(model["state"]["questions"]))
    return Load(questions=1) if kind == "quick_question" else Load(widgets=1)


def load(env, node: nodes.Node) -> Load:
    """What stands in a node of a page that is being read, before it is translated."""
    if isinstance(node, nodes.Text):
        return Load(words=len(WORD.findall(node)))
    if isinstance(node, WITHOUT_WORDS):
        return Load()
    if isinstance(node, nodes.math):
        return Load(words=1)
    part = node.get("nb_element") if isinstance(node, nodes.Element) else None
    if part == "cell_code_source":
        return Load(cells=1)
    if part == "cell_code_output":
        lives = (found for found in node.findall(nodes.container) if found.get("gn_live"))
        return sum((_of_live(env, live) for live in lives), Load())
    return sum((load(env, child) for child in node.children), Load())
