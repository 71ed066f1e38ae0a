"""Make `make serve` show a change at once: what has not changed is not rendered again; MkDocs has no cache.

It also says whether the site is being served, since live reload puts a script into the page that the page's own
policy forbids.
"""

from tempfile import TemporaryDirectory

from includes import INCLUDE, SNIPPETS
from jinja2 import FileSystemBytecodeCache
from mkdocs.plugins import event_priority

serving = False
rendered = {}  # path of a page: (what it was made of, what rendering it set)
templates = TemporaryDirectory(prefix="templates-")


def on_startup(*, command, dirty):
    """MkDocs event."""
    global serving
    serving = command == "serve"


def on_config(config):
    """MkDocs event. Templates see it as config.extra.serving."""
    config.extra["serving"] = serving


def on_env(env, *, config, files):
    """MkDocs event. Every build compiles every template, twice."""
    if serving:
        env.bytecode_cache = FileSystemBytecodeCache(templates.name)


def made_of(page):
    """All that the page's HTML depends on: its Markdown after the macros, its file, which may be a notebook, and its snippets."""
    included = [SNIPPETS / include["path"] for include in map(INCLUDE.match, page.markdown.splitlines()) if include]
    return page.markdown, page.file.content_bytes, *(file.read_bytes() for file in included)


@event_priority(-200)  # after all that changes the Markdown
def on_page_markdown(markdown, *, page, config, files):
    """MkDocs event. Puts rendering off until it is known that something has changed."""
    if not serving:
        return
    render = page.render

    def render_if_changed(config, files):
        of = made_of(page)
        if rendered.get(page.file.src_uri, [None])[0] != of:
            before = dict(vars(page))
            render(config, files)
            rendered[page.file.src_uri] = of, {name: value for name, value in vars(page).items() if before.get(name) is not value}
        vars(page).update(rendered[page.file.src_uri][1])
        # These name files, which are other objects in every build.
        page.links_to_anchors = {files.get_file_from_path(file.src_uri) or file: links for file, links in page.links_to_anchors.items()}

    page.render = render_if_changed
