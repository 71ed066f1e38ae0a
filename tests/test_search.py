"""The index of the search: messages, questions in people's own words, what is left out."""

import pytest
import yaml

from tools import search
from tools.site import DATA, Mistake

PAGE = """\
<h1 id="errors">Errors</h1><p>All of them.</p>
<h2 id="list" data-search-exclude>A list</h2>
<p><code>mat1 and mat2 shapes cannot be multiplied</code></p>
<h2 id="lost"><code>Missing key(s) in state_dict</code></h2>
<p>Or <code>Unexpected key(s) in state_dict</code>, and not <code>strict=False</code>
or <code>x = x + one</code>.</p>
<div class="highlight"><pre><code>raise a very long message</code></pre></div>
<h2 id="name">What <code>load_state_dict</code> does</h2>
<p><code>a message that is only told of</code></p>
"""


def test_messages_are_those_of_sections_that_have_one_in_their_heading():
    said = ["Missing key(s) in state_dict", "Unexpected key(s) in state_dict"]
    assert search.messages(PAGE, "p/") == {"p/#lost": said}


def test_a_section_that_only_lists_others_is_not_in_the_index():
    assert [section[0] for section in search.sections(PAGE, "p/")] == ["p/", "p/#lost", "p/#name"]


def test_a_question_whose_section_is_gone_is_named(english):
    addresses = set(yaml.safe_load((DATA / "asked.yml").read_text(encoding="utf-8")))
    assert search.asked("ko", addresses).keys() == addresses
    gone = addresses.pop()
    with pytest.raises(Mistake, match=rf"docs/data/asked.yml:1: {gone} is no section"):
        search.asked("ko", addresses)
