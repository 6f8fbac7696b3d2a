"""The Sphinx extension of the published pages: formulas, live widgets and figures, languages, annotated code."""

from gn_edu.site import annotated, live, maths, pages


def setup(app):
    app.add_config_value("gn_temml", "", "env")
    app.add_config_value("gn_repository", "", "html")
    app.add_config_value("gn_tag", "", "html")
    app.add_config_value("gn_languages", {"en": "English"}, "html")
    app.add_config_value("gn_built", "en", "html")
    for part in (maths, live, pages, annotated):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
