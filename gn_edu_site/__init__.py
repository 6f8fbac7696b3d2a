"""The Sphinx extension of the pages: formulas, live widgets, tables, languages, the path, polls, sheets, packing."""

import hashlib
from pathlib import Path


def version() -> int:
    """Of what pages are read with: where it is another one, Sphinx reads them all again."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return int(digest.hexdigest()[:8], 16)


def setup(app):
    # Not at the top: myst-nb imports renderer.py in every book on the machine, and that must need nothing else.
    from gn_edu_site import (
        annotated,
        chapters,
        exercises,
        languages,
        live_cells,
        live_outputs,
        live_progress,
        maths,
        navigation,
        outputs,
        pack,
        pages,
        polls,
        reading_path,
        search,
        sheets,
        theme,
    )

    app.add_config_value("gn_temml", "", "env")
    app.add_config_value("gn_repository", "", "html")
    app.add_config_value("gn_tag", "", "html")
    app.add_config_value("gn_languages", {"en": "English"}, "html")
    app.add_config_value("gn_built", "en", "html")
    app.add_config_value("gn_teacher", False, "env")
    app.add_config_value("gn_preview", False, "")
    parts = (
        theme,
        languages,
        chapters,
        exercises,
        outputs,
        maths,
        live_outputs,
        pages,
        live_cells,
        live_progress,
        reading_path,
        navigation,
        search,
    )
    for part in (*parts, polls, annotated, sheets, pack):
        part.setup(app)
    return {"env_version": version(), "parallel_read_safe": True, "parallel_write_safe": True}
