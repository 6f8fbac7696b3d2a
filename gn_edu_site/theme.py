"""Whether the theme is the one that book/_templates was written for: another one must not go by without a word."""

import hashlib
from pathlib import Path

from sphinx.errors import SphinxError

# Furo's templates that ours replace or build on, and the start of their SHA-256 at that time.
BUILT_ON = {
    "base.html": "c6b65a3fc4089f83",
    "page.html": "ad8bad98317b2e09",
    "search.html": "95755b01ed85cf27",
    "partials/icons.html": "011252a5f029c546",
    "sidebar/navigation.html": "276383fe9ec54080",
}


class ThemeChanged(SphinxError):
    """Something is not where the theme, Sphinx or an extension had put it so far."""

    category = "The pages are not as they were"

    def __init__(self, where: str, looked_for: str, came: str):
        super().__init__(
            f"{where}: looked for {looked_for}, got {came}. Probably the version of the theme, of Sphinx or of an "
            "extension changed: look at the page, then change gn_edu_site or book/_templates."
        )


def checksum(path: Path) -> str:
    """The start of a file's SHA-256; another end of line is no change."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]


def check_templates(folder: Path) -> None:
    """Compare the theme's templates with those that ours were written for.

    Raises:
        ThemeChanged: a template is another one now, or is gone.
    """
    for name, known in BUILT_ON.items():
        path = folder / name
        found = checksum(path) if path.exists() else "no such file"
        if found != known:
            raise ThemeChanged(f"the theme's {name}", f"the SHA-256 {known}..., for which ours is made", found)


def _check_theme(app) -> None:
    if app.builder.format == "html" and app.config.html_theme == "furo":
        import furo

        check_templates(furo.THEME_PATH)


def setup(app):
    app.connect("builder-inited", _check_theme)
