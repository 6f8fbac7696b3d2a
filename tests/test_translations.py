"""The editions in other languages: their catalogues, their terms, their pages."""

import csv
import json
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from browser import CHAPTERS, HTML, PAGES, both_built, until, wait_until_awake
from bs4 import BeautifulSoup
from sphinx.writers import html5

from gn_edu import exercises, messages
from gn_edu_site import languages
from scripts import i18n
from scripts.paths import ROOT

LANGUAGES = i18n.languages()
FILES = [(code, name, path) for code in LANGUAGES for name, path in i18n.catalogues(code).items()]
by_catalogue = pytest.mark.parametrize("code, name, path", FILES, ids=[f"{code}-{name}" for code, name, _ in FILES])
WHOLE = [name for code, name, _ in FILES if code == LANGUAGES[0]]
SINHALA = "\u0d80-\u0dff"
FORMULA = re.compile(r"\$[^$]+\$|\\begin.*?\\end\{align\}|\\frac.*", re.DOTALL)


@cache
def entries(path):
    return [m for m in i18n.read(path) if m.id]


report = cache(i18n.report)


def without_words(formula: str) -> str:
    """A formula without the words that stand in it."""
    return re.sub(r"\\text\{[^}]*\}", "", formula)


def same_parts(message: str, translation: str) -> list[str]:
    """What must be the same in both and is not: placeholders, links, code, formulas."""
    kinds = {
        "placeholders": r"\{[^{}]*\}",
        "links": r"\]\([^)]*\)|href=\"[^\"]*\"",
        "code": r"`[^`]+`",
    }
    found = [
        kind
        for kind, pattern in kinds.items()
        if sorted(re.findall(pattern, FORMULA.sub("", message)))
        != sorted(re.findall(pattern, FORMULA.sub("", translation)))
    ]
    formulas = [sorted(map(without_words, FORMULA.findall(text))) for text in (message, translation)]
    return found + ["formulas"] * (formulas[0] != formulas[1])


def formulas(page):
    """Formulas of a built page, without the words that stand in them; their order is the sentence's."""
    found = re.findall(r"<math.*?</math>", (HTML / page).read_text(encoding="utf-8"), re.DOTALL)
    return sorted(re.sub(r"<mtext.*?</mtext>", "", formula, flags=re.DOTALL) for formula in found)


@pytest.mark.site
@pytest.mark.parametrize("name", [page for page in PAGES if page.split("/")[0] in LANGUAGES])
def test_a_page_has_the_same_formulas_in_every_language(name):
    assert formulas(name) == formulas(name.split("/", 1)[1])


@by_catalogue
def test_translations_keep_placeholders_links_code_and_formulas(code, name, path):
    assert [(m.string, other) for m in entries(path) if m.string and (other := same_parts(m.id, m.string))] == []


def badly_written(text: str) -> list[str]:
    """What is wrong with the letters of a Sinhala text."""
    rules = {
        "a conjunct with ya or ra needs a zero-width joiner, except after ra": "(?<!\u0dbb)\u0dca[\u0dba\u0dbb]",
        "a Latin letter in a Sinhala word": rf"[{SINHALA}][A-Za-z]|[A-Za-z][{SINHALA}]",
        "no space after a formula": rf"\$[^$]+\$[{SINHALA}]",
        "a word that means team, for batch or group": "කණ්ඩායම",
        "a Sinhala word that ends in a bare joiner": "\u200d(?![\u0d80-\u0dff])",
    }
    plain = re.sub(r"\{[^{}]*\}|\\text\{[^}]*\}", "", text)
    return [rule for rule, pattern in rules.items() if re.search(pattern, plain)]


@pytest.mark.parametrize(
    "text",
    ["ක්රියා", "විචල්යය", "නිෂ්less", "කාණ්ඩbatch", "$x$හි අගය", "ශ්\u200d රිතය", "කණ්ඩායම"],
    ids=["ra", "ya", "a", "b", "c", "d", "e"],
)
def test_bad_letters_are_seen(text):
    assert badly_written(text) and not badly_written("ක්‍රියා, පර්යේෂණ, විචල්‍යය: $x$ හි batch එක")


@by_catalogue
def test_sinhala_is_written_right(code, name, path):
    if code == "si":
        assert [(m.string, bad) for m in entries(path) if m.string and (bad := badly_written(m.string))] == []


@by_catalogue
def test_nothing_fuzzy_is_published(code, name, path):
    assert [m.id for m in entries(path) if m.fuzzy and m.string] == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", WHOLE)
def test_page_is_translated_as_a_whole(code, name):
    assert [m.id for m in entries(i18n.catalogues(code)[name]) if not m.string] == []
    assert re.search(rf"^{name} .* 100$", report(code), re.MULTILINE)


# ---- terms

with open(ROOT / "locale" / "terms.csv", encoding="utf-8", newline="") as _file:
    TERMS = list(csv.DictReader(_file))


def prose(message: str) -> str:
    """A message without code, formulas, and the addresses and names behind links."""
    return re.sub(
        r"<[^>]*>|`[^`]*`|\$[^$]*\$|\*[A-Z][^*]*\*|\[[A-Z][^\]]*\]\([^)]*\)|\]\([^)]*\)|\{[^}]*\}", " ", message
    )


def broken(row, pairs) -> list[str]:
    """Translations that lack what a term requires, or hold what it forbids, where the message holds the term."""
    term = re.compile(rf"(?<![\w-])(?:{row['match'] or row['term'] + '(?:s|es)?'})(?![\w-])", re.IGNORECASE)
    return [
        translation
        for message, translation in pairs
        if term.search(prose(message))
        and (
            not any(word in translation for word in row["required"].split("|"))
            or any(word in translation for word in row["forbidden"].split("|") if word)
        )
    ]


@cache
def pairs():
    """All Sinhala messages with their translations."""
    said = [m for code, _, path in FILES if code == "si" for m in entries(path)]
    return [(m.id, m.string) for m in said if m.string and m.string != m.id]


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row["term"].replace(" ", "-"))
def test_terms(row):
    assert broken(row, pairs()) == []
    assert any(word in row["si"] for word in row["required"].split("|"))


def test_a_wrong_term_is_seen():
    row = next(row for row in TERMS if row["term"] == "group norm")
    assert broken(row, [("Group norm is here.", "කණ්ඩායම් සාමාන්‍යකරණය මෙහි ය.")])
    assert not broken(row, [("Group norm is here.", "සමූහ සාමාන්‍යකරණය මෙහි ය.")])


def test_batch_and_group_never_share_a_word():
    words = {row["term"]: set(re.findall(rf"[{SINHALA}\u200d]+", row["si"])) for row in TERMS}
    assert not words["batch"] & words["group"] and words["batch norm"] & words["group norm"] == words["normalization"]
    for message, translation in pairs():
        text = message.lower()
        said = {word: re.search(rf"\b{word}|\b{short}\b", text) for word, short in (("batch", "bn"), ("group", "gn"))}
        if said["batch"] and not said["group"]:
            assert "සමූහ" not in translation, translation
        if said["group"] and not said["batch"]:
            assert "කාණ්ඩ" not in translation, translation


# ---- in the kernel


@pytest.fixture
def sinhala():
    messages.set_language("si")
    yield
    messages.set_language("en")


def wrong(x, num_groups, eps):
    n = len(x)
    rows = x.reshape(n, num_groups, -1)
    return ((rows - rows.mean(-1, keepdim=True)) / (rows.var(-1, keepdim=True) + eps).sqrt()).view(x.shape)


def test_checks_speak_the_language_that_is_set(sinhala, capsys):
    report = exercises.check_group_norm_4d(wrong)
    assert report.mistakes == ["unbiased-var"] and capsys.readouterr().out.strip() == report.text
    assert not re.findall(r"[A-Za-z]{3,}", re.sub(r"num_groups|eps|[\d.]+e[-+]\d+", "", report.text))
    messages.set_language("en")
    assert exercises.check_group_norm_4d(wrong).text.startswith("Not yet: right in ")


def test_widgets_of_a_kernel_get_the_words_too(sinhala):
    from gn_edu.widgets import Neighbours

    assert Neighbours()._catalogue["Reset"] == "මුල් තත්ත්වයට"
    messages.set_language("en")
    assert Neighbours()._catalogue == {}


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="language must be one of en, si, got 'tlh'"):
        messages.set_language("tlh")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_kernels_messages_are_those_of_the_catalogues(code):
    kept = json.loads((ROOT / "gn_edu" / "languages" / f"{code}.json").read_text(encoding="utf-8"))
    assert kept == i18n.kernel_messages(code), "run make i18n"


@pytest.mark.parametrize(
    "name, collect, least",
    [("widgets", i18n.widget_messages, 300), ("checks", i18n.check_messages, 300), ("sphinx", i18n.site_messages, 40)],
)
def test_every_message_is_in_the_catalogue(name, collect, least):
    wanted = {message.id for message in collect() if message.id}
    assert len(wanted) > least
    for code in LANGUAGES:
        assert {m.id for m in entries(i18n.catalogues(code)[name])} == wanted, "run make i18n"


def test_the_order_of_the_messages_does_not_depend_on_the_file_system(monkeypatch):
    """Nor on which of two scripts of the same name comes first: a script is named by its path."""
    found = [[(m.id, m.locations) for m in i18n.widget_messages()]]
    listed = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda *args: reversed([*listed(*args)]))
    found.append([(m.id, m.locations) for m in i18n.widget_messages()])
    assert found[0] == found[1]
    names = {name for _, locations in found[0] for name, _ in locations}
    assert {"neighbours/model.js", "statistic_set/model.js"} <= names


# ---- the pages

ENGLISH = [page for page in CHAPTERS if not page.startswith("si/")]


@both_built
@pytest.mark.parametrize("name", ENGLISH)
def test_language_switch_leads_to_the_same_page_with_the_same_widgets(widget_page, name):
    page = widget_page(name)
    widgets = "[...document.querySelectorAll('[data-gn-widget]')].map((e) => e.dataset.gnWidget + e.dataset.gnName)"
    before = page.evaluate(widgets)
    page.click(".gn-languages a[lang=si]")
    page.wait_for_url(f"**/some/where/si/{name}")
    page.wait_for_load_state()
    wait_until_awake(page)
    assert page.evaluate(widgets) == before
    assert page.evaluate("document.documentElement.lang") == "si"
    alternates = {e.get_attribute("hreflang") for e in page.locator("head link[rel=alternate]").all()}
    assert alternates == {"en", "si", "x-default"}
    if name.removesuffix(".html") in WHOLE:
        assert page.locator(".gn-unreviewed").count() == 1 and page.locator(".gn-untranslated").count() == 0
        for box in page.locator("[data-gn-widget]").all():
            assert re.search(f"[{SINHALA}]", box.inner_text()), box.get_attribute("data-gn-name")
        frame = page.locator(
            ".skip-to-content, .back-to-top, .related-pages .context, .sidebar-tree .caption, .gn-launch"
        )
        assert not re.search(r"\b(content|top|Next|Previous|Chapters|Download)\b", " ".join(frame.all_inner_texts()))
    page.click(".gn-languages a[lang=en]")
    page.wait_for_url(f"**/some/where/{name}")


@both_built
def test_the_landing_page_names_the_norms_in_sinhala(widget_page):
    page = widget_page("si/book/index.html")
    methods = page.locator("[data-gn-widget=statistic_set] .gn-choices-row").inner_text().split()
    assert methods == ["කාණ්ඩ", "ස්තර", "අවස්ථා", "සමූහ"]


@both_built
@pytest.mark.parametrize("words", ["සමූහ සාමාන්‍යකරණය", "විචලතාව", "පුහුණුව", "num_groups", "පර්යේෂණ පත්රිකාව"])
def test_search_finds_sinhala_words(visit, words):
    """Also those written without zero-width joiners."""
    page = visit(f"si/search.html?q={words.replace(' ', '+')}")
    page.wait_for_selector("ul.search li a", timeout=10_000)
    until(page, "document.querySelector('.search-summary')?.textContent.includes('සෙවීම අවසන්')")
    found = [a.get_attribute("href") for a in page.locator("ul.search li a").all()]
    assert any("ch0" in href for href in found) and len(found) > 2


def test_a_page_without_a_translation_says_so(tmp_path):
    app = SimpleNamespace(confdir=tmp_path, config=SimpleNamespace(language="xx"))
    assert languages.edition(app, "book/index") == "untranslated" and languages.catalogue(app, "book/index") == {}
    app = SimpleNamespace(confdir=ROOT, config=SimpleNamespace(language=LANGUAGES[0]))
    assert languages.edition(app, "book/index") == "unreviewed"
    app.config.language = "en"
    assert languages.edition(app, "book/index") == ""


def test_sphinx_still_says_what_the_catalogue_has_for_it():
    said = Path(html5.__file__).read_text(encoding="utf-8")
    assert [message for message in languages.OF_SPHINX if f"_('{message}')" not in said] == []


def frame(page):
    """What stands around a page and in its links to itself: texts, and what only a screen reader says."""
    soup = BeautifulSoup((HTML / page).read_text(encoding="utf-8"), "html.parser")
    for own in soup.select("article > *, .brand, .sidebar-brand, .gn-languages, script, style, head"):
        for tag in own.select(".headerlink, summary"):
            yield tag.get("title") or tag.get_text()
        own.decompose()
    yield from (tag[name] for name in ("aria-label", "title", "placeholder") for tag in soup.select(f"[{name}]"))
    yield from (
        tag.get_text() for tag in soup.select(".skip-to-content, symbol > title, .context, .caption, .toc-title")
    )


@pytest.mark.site
@pytest.mark.parametrize("name", [page for page in PAGES if page.startswith("si/") and not page.endswith("404.html")])
def test_the_frame_speaks_sinhala(name):
    said = [text for text in frame(name) if text.strip()]
    assert len(said) > 20 and [text for text in said if not re.search(f"[{SINHALA}]", text)] == []


@pytest.mark.site
@both_built
def test_the_button_that_copies_speaks_sinhala():
    scripts_of_pages = [path.read_text(encoding="utf-8") for path in (HTML / "si/_static").glob("site-*.js")]
    assert scripts_of_pages
    for script in scripts_of_pages:
        assert 'copy:"පිටපත් කරන්න"' in script and 'copy:"Copy"' not in script
