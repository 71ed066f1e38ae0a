"""Write assets/no-script.css: the dark scheme for those whose system is dark and whose browser runs no script.

The scheme is an attribute that assets/scheme.js sets. CSS has no way to take up rules under another condition, so
that they are copied from where they stand, the theme's and this site's, at every build.
"""

import re
from pathlib import Path

from mkdocs.plugins import event_priority

DARK = re.compile(r'\[data-md-color-scheme="?slate"?\]\s*\{([^}]*)\}')


@event_priority(-120)  # after i18n, whose last event builds the other language
def on_post_build(config):
    """MkDocs event."""
    assets = Path(config.site_dir, "assets")
    styles = [*assets.glob("stylesheets/palette.*.css"), assets / "site.css"]
    rules = [rule.strip() for style in styles for rule in DARK.findall(style.read_text(encoding="utf-8"))]
    body = "\n".join(f"  body[data-md-color-scheme] {{ {rule} }}" for rule in rules)
    (assets / "no-script.css").write_text(f"@media screen and (prefers-color-scheme: dark) {{\n{body}\n}}\n", encoding="utf-8")
