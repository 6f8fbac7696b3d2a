"""Exercises: a section that is one stands as a card, with its text, its code and its check."""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

HEADING = re.compile(r"Exercise ([\dM.]+): ")


class MarkExercises(SphinxTransform):
    """The class gn-exercise for the section of an exercise, and its number; before the page is translated, at 20."""

    default_priority = 15

    def apply(self, **kwargs):
        for section in self.document.findall(nodes.section):
            if found := HEADING.match(section.next_node(nodes.title).astext()):
                section["classes"].append("gn-exercise")
                section["gn_exercise"] = found[1]


def setup(app):
    app.add_transform(MarkExercises)
