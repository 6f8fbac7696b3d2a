"""Exercises: a section that is one stands as a card, with its text, its code and its check."""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

HEADING = re.compile(r"Exercise [\d.]+: ")


class MarkExercises(SphinxTransform):
    """The class gn-exercise for the section of an exercise; before the page is translated, at 20."""

    default_priority = 15

    def apply(self, **kwargs):
        for section in self.document.findall(nodes.section):
            if HEADING.match(section.next_node(nodes.title).astext()):
                section["classes"].append("gn-exercise")


def setup(app):
    app.add_transform(MarkExercises)
