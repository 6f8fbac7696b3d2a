"""What is not as the theme, Sphinx or an extension had it so far stops the build and says what was looked for."""

import shutil
from types import SimpleNamespace

import furo
import pytest
import sphinx_copybutton
from docutils import nodes
from PIL import Image
from sphinx.builders.html import _JavaScript

from gn_edu_site import live_outputs, pack, pages, theme

FOLDER = theme.Path(sphinx_copybutton.__file__).parent / "_static"
WHOLE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A &amp; B</title>
<link rel="stylesheet" href="_static/styles/theme.css?v=1"><link rel="stylesheet" href="_static/mystnb.1.css">
<link rel="stylesheet" href="_static/ours.css"></head>
<body><script>document.body.dataset.theme = "a" && "b";</script>
<aside aria-label="Pages"><p role="heading" aria-level="2">Part</p></aside>
<div class="highlight"><pre tabindex="0">
  x &lt; y</pre></div>
<div class="table-wrapper docutils" tabindex="0"><table></table></div>
<div class="math notranslate" tabindex="0"><math><mi>x</mi></math></div>
<img alt="" loading="lazy" src="_images/a.png">
<svg viewBox="0 0 1 1"><linearGradient id="g"/><use href="#g"/></svg>
<script src="_static/one.js?v=2"></script><script src="_static/copybutton.js"></script>
</body></html>
"""
SEARCH = (
    '<script src="_static/searchtools.js"></script><script src="_static/language_data.js"></script>'
    '<script src="searchindex.js"></script></body>'
)
WITH_SEARCH = WHOLE.replace("</body>", SEARCH)


@pytest.fixture
def packer(tmp_path):
    """A packer over a folder that holds what the page above names."""
    files = {
        "_static/styles/theme.css": "a { background: url(x.svg) } b { background: url('data:,') }",
        "_static/mystnb.1.css": "c { color: red }",
        "_static/ours.css": "d  { color : red }",
        "_static/one.js": "one();",
        "_static/copybutton.js": (FOLDER / "copybutton.js_t").read_text(encoding="utf-8"),
        "_static/fonts/stix-two-math.woff2": "",
        "_static/searchtools.js": "",
        "_static/language_data.js": "",
        "searchindex.js": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "_images").mkdir()
    Image.new("RGB", (3, 2), "red").save(tmp_path / "_images/a.png")
    return pack.Packer(tmp_path, "en", lambda text, kind: text)


def packed(packer, text, name="page"):
    """The page after the step, as a tree."""
    path = packer.out / f"{name}.html"
    path.write_text(text, encoding="utf-8")
    packer.pack(pack.Page(path, name))
    return pack.parsed(path.read_text(encoding="utf-8"))


def test_a_page_has_one_style_sheet_one_script_its_fonts_sizes_and_policy(packer):
    soup = packed(packer, WHOLE)
    (sheet,) = soup.select("link[rel=stylesheet]")
    css = (packer.out / sheet["href"]).read_text(encoding="utf-8")
    assert css.replace(" ", "") == "a{background:url(styles/x.svg)}b{background:url('data:,')}\nd{color:red}"
    assert "stix-two-math.woff2" in sheet.find_previous_sibling("script").string
    (script,) = soup.select("script[src]")
    assert script.has_attr("defer") and (packer.out / script["src"]).read_text(encoding="utf-8").startswith("one();")
    assert (soup.img["width"], soup.img["height"]) == ("3", "2")
    policy = soup.select_one("meta[charset] + meta")["content"]
    assert policy.count("'sha256-") == 2 and "http" not in policy
    packer.finish()
    assert not (packer.out / "_static/one.js").exists() and not (packer.out / "_static/mystnb.1.css").exists()


def test_the_policy_has_the_hash_of_a_script_as_it_stands_in_the_page(packer):
    packed(packer, WHOLE)
    text = (packer.out / "page.html").read_text(encoding="utf-8")
    script = text.split("<script>")[-1].split("</script>")[0]
    digest = pack.base64.b64encode(pack.hashlib.sha256(script.encode()).digest()).decode()
    assert '"a" && "b"' in script and f"'sha256-{digest}'" in text


def test_the_search_page_keeps_its_scripts_behind_the_bundle(packer):
    scripts = packed(packer, WITH_SEARCH, "search").select("script[src]")
    assert [script["src"] for script in scripts][1:] == [
        "_static/searchtools.js",
        "_static/language_data.js",
        "searchindex.js",
    ]
    assert all(script.has_attr("defer") for script in scripts)


def test_a_page_goes_through_the_parser_unchanged():
    """But for the ways to write the same: SVG's names, which browsers read in either case, and how a tag is closed."""
    text = WHOLE.replace("<!doctype html>", "<!DOCTYPE html>\n").replace("viewBox", "viewbox")
    text = text.replace('<linearGradient id="g"/>', '<lineargradient id="g"></lineargradient>')
    text = text.replace('<use href="#g"/>', '<use href="#g"></use>').replace('alt=""', "alt")
    assert pack.written(pack.parsed(text)) == text


# What is taken from the page, or put into it, and what the error says was looked for.
CHANGED = {
    "no style sheet of myst-nb": ("mystnb.1.css", "other.css", "mystnb"),
    "two style sheets of myst-nb": ("_static/ours.css", "_static/mystnb.1.css", "mystnb"),
    "style sheets elsewhere": ("<head>", "<head></head>", "head > link"),
    "a style sheet without a file": ("ours.css", "theirs.css", "theirs.css"),
    "a script without a file": ("one.js", "two.js", "two.js"),
    "no charset": ('<meta charset="utf-8">', "", "meta[charset]"),
    "two charsets": ("<title>", '<meta charset="utf-8"><title>', "meta[charset]"),
    "no script of the theme": ("<script>document", '<script type="text/plain">document', "script in the page"),
    "scripts of the search page elsewhere": ("</body>", SEARCH, "on the search page and nowhere else"),
    "a picture without a file": ("a.png", "b.png", "_images/b.png"),
    "a picture that does not wait": ('loading="lazy"', "", "loading"),
    "code out of reach": ('<pre tabindex="0">', "<pre>", "pre"),
    "a table out of reach": ('docutils" tabindex="0"', 'docutils"', "table-wrapper"),
    "a formula out of reach": ('notranslate" tabindex="0"', 'notranslate"', "div.math"),
    "a heading without a level": ('aria-level="2"', "", "aria-level"),
    "an aside without a name": ('aria-label="Pages"', "", "aside"),
    "the next page ahead": ("<title>", '<link rel="next" href="b.html"><title>', "next"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_page_without_what_is_looked_for_stops_the_build(packer, name):
    old, new, said = CHANGED[name]
    assert old in WHOLE
    if name == "no script of the theme":  # nor one for the fonts
        text = WHOLE.replace("<math>", "").replace("</math>", "").replace(old, new)
    else:
        text = WHOLE.replace(old, new)
    with pytest.raises(theme.ThemeChanged, match=r"^page: .*version of the theme") as error:
        packed(packer, text)
    assert said in str(error.value)


def test_no_script_at_all_stops_the_build(packer):
    text = WHOLE.replace('<script src="_static/one.js?v=2"></script><script src="_static/copybutton.js"></script>', "")
    with pytest.raises(theme.ThemeChanged, match=r"script\[src\]"):
        packed(packer, text)


@pytest.mark.parametrize("change", [WHOLE, WITH_SEARCH.replace(SEARCH[:46], "")], ids=["none", "two"])
def test_the_search_page_without_its_scripts_stops_the_build(packer, change):
    with pytest.raises(theme.ThemeChanged, match="^search: looked for searchtools.js"):
        packed(packer, change, "search")


def test_a_picture_that_stands_on_no_page_stops_the_build(packer):
    packed(packer, WHOLE)
    Image.new("RGB", (3, 2), "red").save(packer.out / "_images/b.png")
    with pytest.raises(theme.ThemeChanged, match="b.png"):
        packer.finish()


COPY = ["'copy': 'Copy'", "'copy_to_clipboard': 'Copy to clipboard'", "'copy_success': 'Copied!'"]


@pytest.mark.parametrize("words", [*COPY, "'copy_failure': 'Failed to copy'"])
def test_a_copy_button_of_other_words_stops_the_build(words):
    script = (FOLDER / "copybutton.js_t").read_text(encoding="utf-8")
    assert words in pack.copy_button(script)
    for text in (script.replace(words, ""), script + words):
        with pytest.raises(theme.ThemeChanged, match="copybutton.js: looked for once the text"):
            pack.copy_button(text)


# ---- templates and nodes


@pytest.mark.parametrize("name", theme.BUILT_ON)
def test_another_template_of_the_theme_stops_the_build(tmp_path, name):
    theme.check_templates(furo.THEME_PATH)
    copy = shutil.copytree(furo.THEME_PATH, tmp_path / "theme", ignore=shutil.ignore_patterns("static"))
    template = copy / name
    template.write_text(template.read_text(encoding="utf-8") + "<!-- new -->", encoding="utf-8")
    with pytest.raises(theme.ThemeChanged, match=f"the theme's {name}"):
        theme.check_templates(copy)
    template.unlink()
    with pytest.raises(theme.ThemeChanged, match="no such file"):
        theme.check_templates(copy)


def part(*children):
    """The transform over a page of its own, without a build."""
    transform = object.__new__(pages.AddPageParts)
    transform.document = nodes.Element("", *children)
    env = SimpleNamespace(docname="page", doc2path=lambda name: f"{name}.ipynb")
    transform.document.settings = SimpleNamespace(env=env)
    return transform


def test_a_table_that_the_theme_did_not_wrap_stops_the_build():
    table = nodes.table()
    nodes.container("", table, classes=["other"])
    with pytest.raises(theme.ThemeChanged, match="page: looked for a container of the class table-wrapper"):
        part().reach(table)


def test_a_notebook_without_code_that_can_be_found_stops_the_build():
    with pytest.raises(theme.ThemeChanged, match="cell_code_source"):
        part(nodes.container(nb_element="cell_source")).code()
    assert len(part(nodes.container(nb_element="cell_code_source")).code()) == 1


def test_widget_state_that_is_not_found_stops_the_build():
    kept, state = _JavaScript("a.js", defer="defer"), _JavaScript("", type=live_outputs.STATE_TYPE, body="{}")
    assert live_outputs.without_state([kept, state], True, "page") == [kept]
    assert live_outputs.without_state([kept], False, "page") == [kept]
    for scripts, has_state in (([kept], True), ([kept, state], False), ([state, kept, state], True)):
        with pytest.raises(theme.ThemeChanged, match="page: looked for . scripts of the type .*widget-state"):
            live_outputs.without_state(scripts, has_state, "page")


def test_a_notebook_without_a_title_stops_the_build():
    with pytest.raises(theme.ThemeChanged, match="a title"):
        part(nodes.paragraph()).launch()
