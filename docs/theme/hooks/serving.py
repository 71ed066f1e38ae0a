"""Say whether the site is being served: live reload puts its script into the page, which the page's own policy forbids."""

serving = False


def on_startup(*, command, dirty):
    """MkDocs event."""
    global serving
    serving = command == "serve"


def on_config(config):
    """MkDocs event. Templates see it as config.extra.serving."""
    config.extra["serving"] = serving
