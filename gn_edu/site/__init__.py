"""The Sphinx extension that makes the published pages: formulas as MathML, live widgets and figures, languages."""

from gn_edu.site import live, maths, pages


def setup(app):
    app.add_config_value("gn_temml", "", "env")
    app.add_config_value("gn_repository", "", "html")
    app.add_config_value("gn_tag", "", "html")
    app.add_config_value("gn_languages", {"en": "English"}, "html")
    app.add_config_value("gn_built", "en", "html")
    for part in (maths, live, pages):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
