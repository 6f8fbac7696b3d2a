"""The Sphinx extension of the pages: formulas, live widgets, languages, the path, polls, sheets, packing."""

from gn_edu.site import annotated, languages, live, maths, pack, pages, path, polls, sheets


def setup(app):
    app.add_config_value("gn_temml", "", "env")
    app.add_config_value("gn_repository", "", "html")
    app.add_config_value("gn_tag", "", "html")
    app.add_config_value("gn_languages", {"en": "English"}, "html")
    app.add_config_value("gn_built", "en", "html")
    app.add_config_value("gn_teacher", False, "env")
    for part in (languages, maths, live, pages, path, polls, annotated, sheets, pack):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
