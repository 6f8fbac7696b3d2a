"""Live outputs: a still picture with its description, the data, and the one script that wakes them.

Every live output becomes <div class="gn-live"> with the still picture first, so that a page without JavaScript, on
paper or not yet loaded shows it. A page carries one script for all its widgets. It comes from the widgets' files, not
from the notebook, so that a change of JavaScript executes nothing again.
"""

import html
import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

import gn_edu
from gn_edu.messages import N_
from gn_edu_site.languages import catalogue
from gn_edu_site.node import ask
from gn_edu_site.page_data import PageData, data_script, visible_traits
from gn_edu_site.renderer import WIDGET
from gn_edu_site.theme import ThemeChanged

logger = logging.getLogger(__name__)
STATE, STATE_TYPE = "ipywidgets_state", "application/vnd.jupyter.widget-state+json"  # as myst-nb calls them
WAKE = N_("Read the values on the chart itself ({megabytes} MB)")


def _built(name: str) -> Path:
    """A built file of the widgets. Not through gn_edu.widgets, which imports torch: a page is rebuilt in seconds."""
    return Path(gn_edu.__file__).parent / "widgets" / "static" / name


def _text(name: str) -> str:
    return _built(name).read_text(encoding="utf-8").strip()


def widget_model(env, docname: str, live) -> dict:
    """The model behind a widget's output, as the notebook stored it."""
    state = json.loads(env.nb_metadata[docname]["js_files"][STATE][1]["body"])["state"]
    return state[live["gn_content"]["model_id"]]


def widget_stem(model: dict) -> str:
    """gn_edu.widgets.statistic_set.StatisticSet draws with statistic_set.js."""
    return model["state"]["_anywidget_id"].split(".")[-2]


def _note_files(app, doctree) -> None:
    """A page is read again when the files of a widget on it change."""
    env = app.env
    for live in doctree.findall(nodes.container):
        if live.get("gn_live") != WIDGET:
            continue
        model = widget_model(env, env.docname, live)
        if model["model_module"] == "anywidget":
            for name in ("frame.css", f"{widget_stem(model)}.css", f"{widget_stem(model)}.js"):
                env.note_dependency(str(_built(name)))


def _in(words: dict[str, str], value):
    """A value as a reader of another language sees it: whole texts are translated, wherever they stand in it."""
    if isinstance(value, dict):
        return {key: _in(words, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_in(words, item) for item in value]
    return words.get(value, value) if isinstance(value, str) else value


def needed(words: dict[str, str], data: list[str]) -> dict[str, str]:
    """The words that scripts and data, as the page holds them, can ask for."""
    text = re.sub(r"\\(.)", r"\1", "\n".join(data))
    return {message: word for message, word in words.items() if message in text}


class WakeLiveOutputs(SphinxPostTransform):
    """Runs before myst-nb picks one representation of each output, since a live output needs two."""

    default_priority = 3
    formats = ("html",)

    def run(self, **kwargs):
        self.sources, self.data = set(), []
        bundles = [n for n in self.document.findall(nodes.container) if n.get("nb_element") == "mime_bundle"]
        found = ((next((n for n in b.findall(nodes.container) if n.get("gn_live")), None), b) for b in bundles)
        outputs = [(live, bundle) for live, bundle in found if live is not None]
        models = [widget_model(self.env, self.env.docname, live) for live, _ in outputs if live["gn_live"] == WIDGET]
        static = Path(self.app.outdir) / "_static"
        self.page_data = PageData((model["state"] for model in models), static)
        for live, bundle in outputs:
            parts = self.widget(live) if live["gn_live"] == WIDGET else self.figure(live, bundle)
            if parts:
                self.document["gn_live"] = True
                bundle.replace_self(parts)
        if self.sources:
            self.data.append(self.script())
            self.document.append(nodes.raw("", self.data[-1], format="html"))
            if words := needed(catalogue(self.app, self.env.docname), self.data):
                self.document.append(nodes.raw("", data_script("catalogue", words), format="html"))

    def script(self) -> str:
        """One module with all widgets of the page."""
        bundler = Path(self.app.confdir) / "gn_edu" / "widgets" / "bundle.mjs"
        reply = ask(self.app, {"bundler": str(bundler), "stems": sorted(self.sources)})
        if "error" in reply:
            logger.warning("the widgets' scripts: %s", reply["error"], location=self.env.docname)
            return ""
        return data_script("source", reply["script"].strip())

    def widget(self, live):
        model = widget_model(self.env, self.env.docname, live)
        if model["model_module"] != "anywidget":
            logger.warning("only the book's own widgets are alive without a kernel", location=live)
            return None
        stem, state = widget_stem(model), model["state"]
        script = _built(f"{stem}.js")
        traits = visible_traits(state)
        words = catalogue(self.app, self.env.docname)
        still = ask(self.app, {"module": str(script), "traits": traits, "catalogue": words})
        if "error" in still:
            logger.warning("still picture of %s: %s", stem, still["error"], location=live)
            return None
        if "svg" in still:
            # Not base64, which does not compress: only what an address must not hold is written otherwise.
            picture = html.escape(still["svg"].replace("%", "%25").replace("#", "%23").replace("\n", "%0A"))
            shown = f'<img alt="{html.escape(still["text"])}" src="data:image/svg+xml,{picture}"/>'
        else:
            shown = still["html"]
        name = html.escape(traits["name"])
        out = f'<div class="gn-live" data-gn-host="{stem}" data-gn-is="{name}"><div class="gn-still">{shown}</div>'
        if stem not in self.sources:
            # What all widgets share comes once, before the first: behind another it would undo that one's own rules.
            sheets = [f"{stem}.css"] if self.sources else ["frame.css", f"{stem}.css"]
            self.sources.add(stem)
            out += f"<style>{''.join(_text(sheet) for sheet in sheets)}</style>"
        self.data.append(self.page_data.scripts(stem, state))
        return [nodes.raw("", f"{out}{self.data[-1]}</div>", format="html")]

    def figure(self, live, bundle):
        image = next(iter(bundle.findall(nodes.image)), None)
        if image is None or "meta" not in live["gn_content"]["layout"]:
            logger.warning("a Plotly figure needs a still picture and a text: show it with plots.Live", location=live)
            return None
        words = catalogue(self.app, self.env.docname)
        figure = live["gn_content"]
        said = figure["layout"]["meta"]["said"]
        image["alt"] = text = " ".join(words.get(m, m).format(**_in(words, values)) for m, values in said)
        label = html.escape(text)
        start = f'<div class="gn-live" data-gn-host="plotly" role="figure" aria-label="{label}"><div class="gn-still">'
        ask = words.get(WAKE, WAKE).format(megabytes=_plotly().stat().st_size // 10**6)
        button = f'<button type="button" class="gn-wake" hidden>{html.escape(ask)}</button>'
        end = "</div>" + button + data_script("plotly", _in(words, figure)) + "</div>"
        return [nodes.raw("", start, format="html"), image, nodes.raw("", end, format="html")]


def without_state(scripts: list, has_state: bool, pagename: str) -> list:
    """The scripts of a page but for the notebook's own widget state: the data beside each widget replace it."""
    keep = [s for s in scripts if getattr(s, "attributes", {}).get("type") != STATE_TYPE]
    if (found := len(scripts) - len(keep)) != has_state:
        raise ThemeChanged(pagename, f"{int(has_state)} scripts of the type {STATE_TYPE}", str(found))
    return keep


def _add_scripts(app, pagename, templatename, context, doctree):
    has_state = STATE in app.env.nb_metadata.get(pagename, {}).get("js_files", {})
    context["script_files"][:] = without_state(context["script_files"], has_state, pagename)
    if doctree is not None and doctree.get("gn_live"):
        app.add_js_file("gn-host.js", priority=100, defer="defer")  # before the theme's, as gn-page.js


def _plotly() -> Path:
    """plotly.js comes with the package plotly, so the page and the kernel draw with the same version."""
    import plotly

    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def _copy_plotly(app, error):
    if error is None and app.builder.format == "html":
        shutil.copyfile(_plotly(), Path(app.outdir) / "_static" / "plotly.min.js")


def setup(app):
    app.add_post_transform(WakeLiveOutputs)
    app.connect("doctree-read", _note_files)
    app.connect("html-page-context", _add_scripts, priority=900)
    app.connect("build-finished", _copy_plotly)
