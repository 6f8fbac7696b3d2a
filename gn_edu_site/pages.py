"""Every page: its links to Colab, to the notebook and to other languages; folds, captions."""

import re
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import quote

from gn_edu_site.languages import addresses, alternates, described, noted, say
from gn_edu_site.sheets import download, is_sheet

CELL = re.compile(
    r'<div class="cell_input docutils container">\n<div class="highlight.*?</pre></div>\n</div>\n</div>', re.DOTALL
)
CAPTION = re.compile(r"<p><em>(?=[^<\d]{1,20}(\d{1,2})\.(\d{1,2})\. )(.*?)</em></p>", re.DOTALL)


def published(app) -> bool:
    """Whether the repository has an address. Until scripts/address.py sets it, a placeholder stands there."""
    return not app.config.gn_repository.endswith("/OWNER/REPO")


def _report(app, pagename: str) -> str:
    """Where a reader says that something on a page is wrong; nowhere while the repository has no address."""
    if not published(app):
        return ""
    language = "" if app.config.language == "en" else f"{app.config.language}/"
    return f"{app.config.gn_repository}/issues/new?title={quote(f'{language}{pagename}: ')}"


def _launch(app, pagename: str) -> str:
    """The line under a chapter's title."""
    source = f"{pagename}.ipynb"
    if not Path(app.srcdir, source).exists():
        return ""
    address = app.config.gn_repository.removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{address}/blob/{app.config.gn_tag}/{source}"
    links = [(download(pagename), say(app, "Download the notebook"))]
    if published(app):
        links.append((_report(app, pagename), say(app, "Report an error here")))
        if not is_sheet(pagename):  # of a sheet, the repository holds the solutions, too
            links.insert(0, (colab, say(app, "Open in Colab")))
    said = " ".join(f'<a href="{href}">{text}</a>' for href, text in links)
    if is_sheet(pagename):
        said += " " + say(
            app, "Open it in Colab or JupyterLab: its first cell gets the book's package, or says how to."
        )
    return f'<p class="gn-launch">{said}</p>'


def _folded(app, cell: re.Match) -> str:
    """A code cell of four lines and more, to be folded on a phone."""
    lines = sum(bool(line.strip()) for line in re.sub(r"<[^>]+>", "", cell[0]).split("\n"))
    if lines < 4:
        return cell[0]
    said = say(app, "Code, {lines} lines").format(lines=lines)
    return f'<details class="gn-code-folded" open><summary>{said}</summary>{cell[0]}</details>'


def _linked(app, caption: re.Match) -> str:
    """A numbered figure's caption with an address of its own."""
    name, said = f"figure-{caption[1]}-{caption[2]}", say(app, "Link to this figure")
    link = f'<a class="headerlink" href="#{name}" title="{said}">¶</a>'
    return f'<p class="gn-caption" id="{name}"><em>{caption[3]}</em>{link}</p>'


def _add_page_links(app, pagename, templatename, context, doctree):
    context["baseurl"] = app.config.html_baseurl if published(app) else "/"
    if "body" not in context:
        return
    body = context["body"].replace("</h1>", "</h1>" + _launch(app, pagename), 1)
    # Pictures far down come when the reader does; wide code can be scrolled by keyboard.
    body = re.sub(r'<img (?![^>]*src="data:)', '<img loading="lazy" ', body)
    context["body"] = CAPTION.sub(partial(_linked, app), CELL.sub(partial(_folded, app), body))
    if Path(app.env.doc2path(pagename)).exists():
        body = described(app, pagename, context["body"])
        context["body"] = noted(app, pagename, body, _report(app, pagename))
    context["gn_languages"] = addresses(app, pagename)
    context["metatags"] += alternates(app, pagename)


def _set_address(app, config) -> None:
    """Where GitHub publishes the site of this repository."""
    owner, _, name = config.gn_repository.removeprefix("https://github.com/").partition("/")
    inside = "" if config.language == "en" else f"{config.language}/"
    config.html_baseurl = config.html_baseurl or f"https://{owner.lower()}.github.io/{name}/{inside}"
    config.ogp_site_url = config.html_baseurl
    config.html_title = config.ogp_site_name = unescape(say(app, "Group Normalization"))


def setup(app):
    app.connect("config-inited", _set_address, priority=100)
    app.connect("html-page-context", _add_page_links, priority=800)
