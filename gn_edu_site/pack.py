"""After the build: each page's styles and scripts in one file each, small pictures, a content security policy.

The one step over finished pages. Every change says what it looks for and how often; where that is not so, it raises
ThemeChanged. All else that the book does to the theme stands in book/_templates and in the transforms of this package.
Rules that no page uses stay in the style sheet: without them it would be 2.8 of 15.9 kB smaller, gzipped.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import cast

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter
from PIL import Image
from sphinx.locale import _

from gn_edu_site.node import ask
from gn_edu_site.theme import ThemeChanged

# What a page may do: load from its own host, run widgets from blobs and MicroPython, and nothing else. Formulas and
# widgets set styles. A worker from a blob has the policy of its page.
POLICY = (
    "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src blob:; base-uri 'none'; "
    "form-action 'self'"
)
PRELOAD = (
    'if(location.protocol!=="file:")for(const href of[%s])document.head.append(Object.assign('
    'document.createElement("link"),{rel:"preload",as:"font",type:"font/woff2",crossOrigin:"",href}))'
)
FONTS = {"si": "noto-sans-sinhala"}  # of a language; formulas have one, too
# The search page's own; they stay files of their own behind the bundle, on which they build, and in this order.
OF_SEARCH = ["searchtools.js", "language_data.js", "searchindex.js"]
# Its few rules that the book needs stand in gn-cells.css: 4 kB less a page, gzipped.
LEFT_OUT = 'head > link[href*="_static/mystnb."]'
# What templates, transforms and visitors saw to: none of these may be left on a page.
LACKING = (
    "div.highlight > pre:not([tabindex])",
    "div.table-wrapper:not([tabindex])",
    "div.math:not([tabindex])",
    'img[src*="_images/"]:not([loading="lazy"])',
    '[role="heading"]:not([aria-level])',
    "aside:not([aria-label])",
    'link[rel="next"], link[rel="prev"]',
)
ADDRESS = re.compile(r"""url\((?!['"]?(?:data:|#))(['"]?)""")


class AsWritten(HTMLFormatter):
    """HTML5 with attributes in their order; only what has to be is written as an entity."""

    def __init__(self):
        super().__init__(
            entity_substitution=EntitySubstitution.substitute_xml,
            void_element_close_prefix="",
        )

    def attributes(self, tag):
        return [(name, None if value == "" else value) for name, value in tag.attrs.items()]


def parsed(text: str) -> BeautifulSoup:
    """A page as a tree, classes as they were written."""
    return BeautifulSoup(text, "html.parser", multi_valued_attributes=None)


def written(soup: BeautifulSoup) -> str:
    return soup.decode(formatter=AsWritten())


def address(tag: Tag, attribute: str = "src") -> str:
    """What an attribute holds; on a tree of `parsed` that is never a list."""
    return cast(str, tag[attribute])


class Page:
    """A finished page, and what must be found in it."""

    def __init__(self, path: Path, name: str):
        self.path, self.name = path, name
        self.soup = parsed(path.read_text(encoding="utf-8"))

    def some(self, selector: str) -> list[Tag]:
        """All that a CSS selector finds, at least one."""
        if not (found := self.soup.select(selector)):
            raise ThemeChanged(self.name, f"at least one {selector}", "none")
        return found

    def one(self, selector: str) -> Tag:
        """The only thing that a CSS selector finds."""
        if len(found := self.soup.select(selector)) != 1:
            raise ThemeChanged(self.name, f"one {selector}", str(len(found)))
        return found[0]

    def none(self, selector: str) -> None:
        if found := self.soup.select_one(selector):
            raise ThemeChanged(self.name, f"no {selector}", " ".join(str(found).split())[:120])

    def file(self, address: str) -> Path:
        """The file of the site behind a relative address of the page."""
        path = (self.path.parent / address.partition("?")[0]).resolve()
        if not path.is_file():
            raise ThemeChanged(self.name, f"a file at {address}", "none")
        return path

    def new(self, name: str, text: str = "", **attributes: str) -> Tag:
        tag = self.soup.new_tag(name, attrs=attributes)
        if text:
            tag.string = text
        return tag


def replaced(text: str, old: str, new: str, where: str) -> str:
    """The text with `new` in place of `old`, which must stand in it once."""
    if text.count(old) != 1:
        raise ThemeChanged(where, f"once the text {old!r}", f"{text.count(old)} times")
    return text.replace(old, new)


def copy_button(script: str) -> str:
    """sphinx-copybutton's script: it knows some languages, and says the English words in all others."""
    words = {
        "'copy': 'Copy'": _("Copy"),
        "'copy_to_clipboard': 'Copy to clipboard'": _("Copy to clipboard"),
        "'copy_success': 'Copied!'": _("Copied!"),
        "'copy_failure': 'Failed to copy'": _("Failed to copy"),
    }
    for english, word in words.items():
        key = english.partition(":")[0]
        script = replaced(script, english, f"{key}: '{word}'", "copybutton.js")
    return script


class Packer:
    """Bundles and pictures for one output folder; minify(text, kind) makes a script ("js") or style sheet smaller."""

    def __init__(self, out: Path, language: str, minify: Callable[[str, str], str]):
        self.out, self.language, self.minify = out, language, minify
        self.bundled: set[Path] = set()
        self.left_out: set[Path] = set()
        self.pictures: set[Path] = set()
        self.bundle, self.size = cache(self._bundle), cache(self._size)

    def _bundle(self, paths: tuple[Path, ...]) -> str:
        """The name, in _static, of one file with the contents of several."""
        self.bundled.update(paths)
        kind = paths[0].suffix
        texts = [(self._style if kind == ".css" else self._script)(path) for path in paths]
        text = self.minify(("\n" if kind == ".css" else "\n;\n").join(texts), kind[1:])
        name = f"site-{hashlib.sha256(text.encode()).hexdigest()[:8]}{kind}"
        (self.out / "_static" / name).write_text(text, encoding="utf-8")
        return name

    @staticmethod
    def _script(path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        return copy_button(text) if path.name == "copybutton.js" else text

    def _style(self, path: Path) -> str:
        folder = path.parent.relative_to(self.out / "_static").as_posix()
        text = path.read_text(encoding="utf-8")
        return text if folder == "." else ADDRESS.sub(rf"url(\1{folder}/", text)

    def _size(self, path: Path) -> tuple[int, int]:
        """The picture's size; its colours become a palette, which makes it a third as large."""
        self.pictures.add(path)
        with Image.open(path) as image:
            if image.mode != "P":
                # What is seen through stays so; a palette for it takes another method.
                clear = image.convert("RGBA").getchannel("A").getextrema() != (255, 255)
                method = Image.Quantize.FASTOCTREE if clear else None
                kept = image.convert("RGBA" if clear else "RGB")
                kept.quantize(256, method, dither=Image.Dither.NONE).save(path, optimize=True)
            return image.size

    # ---- the changes to a page

    def styles(self, page: Page) -> None:
        """One style sheet, in the place of the first; before it, a script that asks for the fonts."""
        self.left_out.add(page.file(address(page.one(LEFT_OUT).extract(), "href")))
        sheets = page.some('head > link[rel="stylesheet"]')
        static = address(sheets[0], "href").partition("_static/")[0] + "_static/"
        bundle = self.bundle(tuple(page.file(address(sheet, "href")) for sheet in sheets))
        fonts = ["stix-two-math"] if page.soup.find("math") else []
        fonts += [FONTS[self.language]] if self.language in FONTS else []
        if fonts:
            # By a script: a page on the file system must not ask, its fonts are refused to a preload.
            files = [f"{static}fonts/{font}.woff2" for font in fonts]
            for file in files:
                page.file(file)
            sheets[0].insert_before(page.new("script", PRELOAD % ",".join(f'"{file}"' for file in files)))
        sheets[0].insert_before(page.new("link", rel="stylesheet", href=static + bundle))
        for sheet in sheets:
            sheet.extract()

    def scripts(self, page: Page) -> None:
        """One script, which waits for the page; on the search page three more."""
        found = page.some("script[src]")
        own = [script for script in found if Path(address(script).partition("?")[0]).name in OF_SEARCH]
        names = [Path(address(script).partition("?")[0]).name for script in own]
        if names != (OF_SEARCH if page.name == "search" else []):
            raise ThemeChanged(page.name, f"{', '.join(OF_SEARCH)} on the search page and nowhere else", str(names))
        common = [script for script in found if script not in own]
        if not common:
            raise ThemeChanged(page.name, "scripts of every page", "none")
        static = address(common[0]).partition("_static/")[0] + "_static/"
        bundle = self.bundle(tuple(page.file(address(script)) for script in common))
        sources = [static + bundle, *(address(script).partition("?")[0] for script in own)]
        for source in sources:
            script = page.new("script", src=source)
            script.attrs = {"defer": "", **script.attrs}
            found[0].insert_before(script)
        for script in found:
            script.extract()

    def sizes(self, page: Page) -> None:
        """Pictures say their size, so that the text below does not move when they come."""
        for image in page.soup.select('img[src*="_images/"]'):
            if address(image).endswith(".png") and not image.has_attr("width"):
                width, height = self.size(page.file(address(image)))
                image.attrs = {"width": str(width), "height": str(height), **image.attrs}

    @staticmethod
    def policy(page: Page) -> None:
        """Last: the scripts that stand in the page are allowed by their hashes."""
        kinds = ("", "text/javascript", "application/javascript", "module")
        inline = [s for s in page.some("script:not([src])") if s.get("type", "") in kinds]
        if not inline:
            raise ThemeChanged(page.name, "the theme's script in the page", "none")
        digests = {hashlib.sha256(script.decode_contents(formatter=AsWritten()).encode()).digest() for script in inline}
        hashes = " ".join(sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests))
        meta = {"http-equiv": "Content-Security-Policy", "content": POLICY.format(hashes=hashes)}
        page.one("head > meta[charset]").insert_after(page.new("meta", **meta))

    def pack(self, page: Page) -> None:
        for selector in LACKING:
            page.none(selector)
        for change in (self.styles, self.scripts, self.sizes, self.policy):
            change(page)
        page.path.write_text(written(page.soup), encoding="utf-8")

    def finish(self) -> None:
        """Take away what is in the bundles now, and what is in none; every picture must have been met."""
        for path in self.bundled | self.left_out:
            path.unlink()
        if unseen := set((self.out / "_images").resolve().glob("*.png")) - self.pictures:
            raise ThemeChanged("the pages", f"pictures {', '.join(sorted(p.name for p in unseen))}", "none of them")


def minified(app, text: str, kind: str) -> str:
    """A script ("js") or a style sheet ("css") as esbuild makes it small.

    Raises:
        RuntimeError: esbuild can't read it.
    """
    reply = ask(app, {"source": text, "loader": kind})
    if "error" in reply:
        raise RuntimeError(f"the pages' {kind} can't be minified: {reply['error']}")
    return reply["minified"]


def _pages(app) -> Iterable[str]:
    """All pages of the theme; 404.html brings all it needs, for it is shown under any address."""
    return [*sorted(app.env.found_docs), "search", *(["genindex"] if app.config.html_use_index else [])]


def _pack(app, exception) -> None:
    if exception or app.builder.name != "html" or app.config.gn_preview:
        return
    packer = Packer(Path(app.outdir).resolve(), app.config.language, partial(minified, app))
    for name in _pages(app):
        packer.pack(Page(Path(app.builder.get_outfilename(name)).resolve(), name))
    packer.finish()


def setup(app):
    app.connect("build-finished", _pack, priority=900)
