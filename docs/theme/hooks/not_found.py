"""Keep a 404 page for each language: both builds of i18n write the same 404.html, and the last one stayed."""

from pathlib import Path

from mkdocs.utils import write_file


def on_post_template(output, *, template_name, config):
    """MkDocs event. The other languages' 404 page goes into their own folder."""
    locale = config.plugins["i18n"].current_language
    if template_name != "404.html" or locale == config.plugins["i18n"].default_language:
        return output
    write_file(output.encode(), str(Path(config.site_dir, locale, template_name)))
    return ""
