"""docs/security.md and the tests name the same things."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))


@cache
def defined(path: Path) -> frozenset[str]:
    """The tests of a file."""
    nodes = ast.walk(ast.parse(path.read_text())) if path.exists() else ()
    functions = (node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_the_page_names_exists(file: str, name: str) -> None:
    assert name in defined(TESTS / file)


def test_every_test_of_security_is_on_the_page() -> None:
    ours = {(f"security/{path.name}", name) for path in TESTS.glob("security/test_*.py") for name in defined(path)}
    assert len(ours) > 50
    assert ours - set(NAMED) == set()


def test_every_file_that_the_page_names_exists() -> None:
    for file in re.findall(r"`((?:\w+/)+test_\w+\.py)`", PAGE):
        assert (TESTS / file).exists(), file
