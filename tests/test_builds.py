"""Two builds of one commit are the same, byte for byte, so that a difference in the site is one in its sources."""


def test_two_builds_are_the_same(build_again, request, tmp_path):
    """Whatever order Python's sets have."""
    build_again(tmp_path, PYTHONHASHSEED="1")  # before the site is asked for, which another process may be building
    site = request.getfixturevalue("site")
    one, two = ({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} for folder in (site, tmp_path))
    assert not (differ := sorted(str(name) for name in one.keys() | two.keys() if one.get(name) != two.get(name))), (
        f"a second build differs in {', '.join(differ[:5])}. Look for a date, a set or a random name in what makes them.")
