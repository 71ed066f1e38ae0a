"""Mark the second of two blank lines in code, so that site.css can hide it on a phone, where one says as much.

The block's text stays as the snippet has it, and so does what its button copies.
"""


def on_page_content(html, *, page, config, files):
    """MkDocs event."""
    return html.replace(">\n\n\n<span", '>\n\n<span class="second-blank">\n</span><span')
