"""`make record` writes what the blocks print, and nothing else; it needs torch."""

from test_commands import project, tool

__all__ = ["project"]  # a fixture


def test_record_rewrites_what_has_changed(project):
    """What a block prints and what the check says to a wrong answer; a failing one is left."""
    page = project / "snippets/nn-module/parameters"
    outputs = [path for path in sorted(page.glob("*.md")) if "```text\n" in path.read_text()]
    before = outputs[0].read_text(encoding="utf-8")
    outputs[0].write_text(before.replace("```text\n", "```text\nno longer\n"), encoding="utf-8")
    (page / "fails.md").write_text("```python\n\nx\n```\n", encoding="utf-8")
    status, told = tool(project, "record", PAGE="nn-module/parameters")
    assert status == 1 and f"{outputs[0].name}: rewritten\n" in told
    assert "fails.md:3: not written, the block raises NameError" in told
    assert outputs[0].read_text(encoding="utf-8") == before
    wrong = sorted(project.glob("snippets/nn-module/exercises/1-mlp/wrong/*.md"))[0]
    before = wrong.read_text(encoding="utf-8")
    wrong.write_text(before.replace("AssertionError: ", "AssertionError: no "), encoding="utf-8")
    status, told = tool(project, "record", PAGE="nn-module/exercises/1-mlp")
    assert (status, wrong.read_text(encoding="utf-8")) == (0, before), told
