"""The key table of the README, made from the table that drives the program: `python -m tests.readme` writes it."""

from pathlib import Path

from chattui.ui.actions import Keymap, categories, spoken

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"


def table() -> str:
    """One row for each category."""
    rows = [
        f"| {category} | {' · '.join(f'`{spoken(action.keys[0])}` {action.label}' for action in actions)} |"
        for category, actions in categories(Keymap()).items()
    ]
    return "\n".join(["| | |", "|---|---|", *rows, ""])


def with_table(text: str) -> str:
    """The README with the table of today."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
