"""What was solved: a tick beside an exercise's heading, a count on a sheet, and there the answers as a notebook.

book/_static/gn-progress.js fills them in; until then they keep their places and are not seen.
"""

import html
from pathlib import PurePosixPath

from docutils import nodes
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform

from gn_edu_site.sheets import is_sheet


class MarkProgress(SphinxPostTransform):
    """The tick of each exercise that runs in the page; the line under the title of a sheet that has some."""

    default_priority = 620
    formats = ("html",)

    def run(self, **kwargs):
        sections = [section for section in self.document.findall(nodes.section) if "gn_exercise" in section]
        if not sections:
            return
        # Not at the top: it imports torch, for which a page without exercises need not wait.
        from gn_edu_site.live_tables import IN_PAGE

        of_sheet = is_sheet(self.env.docname)
        names = {self._name(section["gn_exercise"], of_sheet): section for section in sections}
        found = [name for name in names if name in IN_PAGE]
        for name in found:
            names[name].next_node(nodes.title).append(nodes.raw("", f" {tick(name)}", format="html"))
        if of_sheet and found:
            title = self.document.next_node(nodes.title)
            line = nodes.raw("", progress(PurePosixPath(self.env.docname).name, len(found)), format="html")
            title.parent.insert(title.parent.index(title) + 1, line)

    @staticmethod
    def _name(number: str, of_sheet: bool) -> str:
        """Exercise 4 of a sheet is ex04, exercise 4.1 of a chapter 4.1."""
        return f"ex{int(number):02d}" if of_sheet else number


def tick(name: str) -> str:
    """Beside a heading: this exercise was solved."""
    return f'<span class="gn-tick" data-gn-tick="{name}" role="img" aria-label="{html.escape(_("solved"))}">✓</span>'


def progress(sheet: str, most: int) -> str:
    """Under a sheet's title: how many of its exercises were solved, and the answers as a notebook."""
    said = html.escape(_("Solved in this browser: {solved} of {all}."))
    said = said.format(solved="<b data-gn-count>0</b>", all=most)
    copy, lost = _("Download my answers as a notebook"), _("The notebook did not load. Are you online? Then try again.")
    return (
        f'<p class="gn-progress"><span>{said}</span> <button type="button" data-gn-answers="{sheet}">'
        f'{html.escape(copy)}</button> <span role="alert" hidden>{html.escape(lost)}</span></p>'
    )


def setup(app):
    app.add_js_file("gn-progress.js", priority=100, defer="defer")  # before the theme's, as gn-page.js
    app.add_post_transform(MarkProgress)
