"""After the build: each page's styles and scripts in one file each, small pictures, a content security policy."""

import base64
import hashlib
import re
from functools import cache, partial
from pathlib import Path

import rcssmin
from PIL import Image

from gn_edu.messages import N_
from gn_edu_site.languages import framed, say
from gn_edu_site.styles import pruned, words_of

LINK = re.compile(r'<link rel="stylesheet"[^>]*? href="([^"]*?_static/[^"?]+\.css)[^"]*"[^>]*>\s*')
SCRIPT = re.compile(r'<script(?P<how>[^>]*?) src="(?P<src>[^"]*?_static/[^"?]+\.js)[^"]*"(?P<more>[^>]*)></script>\s*')
PICTURE = re.compile(r'<img (?![^>]*\bwidth=)[^>]*?src="(?P<src>[^"]*_images/[^"]+\.png)"')
INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?P<how>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
# What a page may do: load from its own host, run widgets from blobs, and nothing else. Formulas and widgets set styles.
POLICY = (
    "default-src 'none'; script-src 'self' blob: {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src blob:; base-uri 'none'; "
    "form-action 'self'"
)
# Sphinx makes a function out of a text, which the policy forbids. The book's languages all tell one from many.
PLURAL = re.compile(r'new Function\(\s*"n",\s*`return \(\$\{catalog\.plural_expr\}\)`\s*\)')
ONE = "((n) => Number(n != 1))"
PRELOAD = (
    'if(location.protocol!=="file:")for(const href of[%s])document.head.append(Object.assign('
    'document.createElement("link"),{rel:"preload",as:"font",type:"font/woff2",crossOrigin:"",href}))'
)
FONTS = {"si": "noto-sans-sinhala"}  # of a language; formulas have one, too
# English comes first among the copy button's languages.
COPIED = re.compile(r"('copy\w*': ')([^']+)'")
# The search page's own; they stay files of their own behind the bundle.
OF_SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")


# Browsers may fetch the next page before it is asked for, which the policy refuses and the console reports.
AHEAD = re.compile(r'<link rel="(?:next|prev)"[^>]*>')
TOP = re.compile(r'<a href="#" class="back-to-top.*?</a>', re.DOTALL)

# What the theme leaves to be desired: a heading without a level, two nameless asides, tables that scroll out of reach.
MENDED = (
    ('role="heading"><span class="caption-text">', 'role="heading" aria-level="2"><span class="caption-text">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="{book}">'),
    ('<aside class="toc-drawer', '<aside aria-label="{page}" class="toc-drawer'),
    ('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
    ('<div class="math notranslate', '<div tabindex="0" class="math notranslate'),
    ("<pre>", '<pre tabindex="0">'),
    ('<div id="search-results"', '<h1>{search}</h1>\n<div id="search-results"'),
)


class Packer:
    """Bundles for one output folder."""

    def __init__(self, out: Path, names: dict[str, str], words: set[str], fonts: list[str]):
        self.out, self.used, self.names, self.words, self.fonts = out, set(), names, words, fonts
        self.bundle, self.picture = cache(self._bundle), cache(self._picture)

    def _bundle(self, paths: tuple[Path, ...]) -> str:
        """The name, in _static, of one file with the contents of several."""
        self.used.update(paths)
        kind = paths[0].suffix
        texts = [(self._style if kind == ".css" else self._script)(path) for path in paths]
        text = ("\n" if kind == ".css" else "\n;\n").join(texts)
        name = f"site-{hashlib.sha256(text.encode()).hexdigest()[:8]}{kind}"
        (self.out / "_static" / name).write_text(text, encoding="utf-8")
        return name

    def _script(self, path: Path) -> str:
        text = PLURAL.sub(ONE, path.read_text(encoding="utf-8"))
        if path.name == "copybutton.js":  # it knows some languages, and speaks English in all others
            text = COPIED.sub(lambda m: m[1] + self.names.get(m[2], m[2]) + "'", text, count=4)
        return text

    def _style(self, path: Path) -> str:
        folder = path.parent.relative_to(self.out / "_static").as_posix()
        text = pruned(rcssmin.cssmin(path.read_text(encoding="utf-8")), self.words)
        # The theme's switch keeps its room before scripts run: a title must not wrap when it comes.
        text = text.replace(
            ".no-js .theme-toggle-container{display:none}", ".no-js .theme-toggle-container{visibility:hidden}"
        )
        return text if folder == "." else re.sub(r"url\((?!['\"]?(?:data:|#))(['\"]?)", rf"url(\1{folder}/", text)

    def _sized(self, folder: Path, tag: re.Match) -> str:
        """A picture's tag with its size, so that the text below does not move when it comes."""
        width, height = self.picture((folder / tag["src"]).resolve())
        return f'<img width="{width}" height="{height}"{tag[0][4:]}'

    @staticmethod
    def _picture(path: Path) -> tuple[int, int]:
        """The picture's size; its colours become a palette, which makes it a third as large."""
        with Image.open(path) as image:
            if image.mode != "P":
                image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
            return image.size

    def page(self, path: Path) -> str:
        """A page with one style sheet, one script, and its policy."""
        text = AHEAD.sub("", path.read_text(encoding="utf-8"))
        text = TOP.sub(lambda m: f'<nav aria-label="{self.names["top"]}">{m[0]}</nav>', text)
        for old, new in MENDED:
            text = text.replace(old, new.format(**self.names))

        def files(found):
            return tuple((path.parent / src).resolve() for src in found)

        if sheets := [m[1] for m in LINK.finditer(text)]:
            base = sheets[0][: sheets[0].index("_static/")]
            link = f'<link rel="stylesheet" href="{base}_static/{self.bundle(files(sheets))}">\n'
            text = link.join([text[: (at := LINK.search(text).start())], LINK.sub("", text[at:])])
        scripts = [m for m in SCRIPT.finditer(text)]
        ours = [m["src"] for m in scripts if Path(m["src"]).name not in OF_SEARCH]
        if ours:
            base = ours[0][: ours[0].index("_static/")]
            last = "".join(f'<script defer src="{m["src"]}"></script>\n' for m in scripts if m["src"] not in ours)
            # The page's own search scripts come after what they build on, and run in the order of the page.
            mark = f'<script defer src="{base}_static/{self.bundle(files(ours))}"></script>\n{last}'
            at = scripts[0].start()
            text = text[:at] + mark + SCRIPT.sub("", text[at:])
        text = text.replace('<script src="searchindex.js">', '<script defer src="searchindex.js">')
        fonts = ["stix-two-math"] * ("<math" in text) + self.fonts
        if fonts and sheets:
            # By a script: a page on the file system must not ask, its fonts are refused to a preload.
            addresses = ",".join(f'"{base}_static/fonts/{font}.woff2"' for font in fonts)
            text = text.replace(link, f"<script>{PRELOAD % addresses}</script>{link}", 1)
        text = PICTURE.sub(partial(self._sized, path.parent), text)
        hashes = {
            "'sha256-" + base64.b64encode(hashlib.sha256(m["text"].encode()).digest()).decode() + "'"
            for m in INLINE.finditer(text)
            if "type=" not in m["how"] or "javascript" in m["how"]
        }
        policy = POLICY.format(hashes=" ".join(sorted(hashes)))
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        return re.sub(r"(<meta charset=[^>]*>)", rf"\1{meta}", text, count=1)


def _pack(app, exception) -> None:
    if exception or app.builder.name != "html" or app.config.gn_preview:
        return
    out = Path(app.outdir).resolve()
    names = {"book": say(app, "The book's pages"), "page": say(app, "On this page"), "search": say(app, "Search")}
    names["top"] = say(app, "Back to top")
    for word in (N_("Copy"), N_("Copy to clipboard"), N_("Copied!"), N_("Failed to copy")):
        names[word] = say(app, word)
    languages = [out / code for code in app.config.gn_languages if code != "en"]
    pages = [page for page in sorted(out.rglob("*.html")) if not any(folder in page.parents for folder in languages)]
    words = words_of(path.read_text(encoding="utf-8") for path in [*pages, *(out / "_static").rglob("*.js")])
    packer = Packer(out, names, words, [FONTS[app.config.language]] if app.config.language in FONTS else [])
    for path in pages:
        path.write_text(framed(app, packer.page(path)), encoding="utf-8")
    for path in packer.used:
        path.unlink()


def setup(app):
    app.connect("build-finished", _pack, priority=900)
