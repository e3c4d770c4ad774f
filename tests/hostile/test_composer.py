"""What is edited stays as it was written, and is drawn inert."""

import re

from rich.cells import cell_len

from chattui.text.inert import inert_line
from chattui.ui.composing import lines_of
from chattui.ui.widgets.composer import Composer
from chattui.ui.widgets.fields import Field
from tests.hostile.corpus import SAMPLE
from tests.hostile.tokens import harmful, shapes, uneven
from tests.ui.widgets.host import Host

BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What the text field takes for the end of a line."""


async def test_a_field_keeps_what_it_cannot_draw() -> None:
    field = Field(placeholder="words")
    app = Host(field)
    async with app.shown((60, 3)) as pilot:
        for words in ("👨\u200d" * 9, *(one for one in SAMPLE if 0 < len(one) < 5_000 and not BREAKS.search(one))):
            field.value = ""
            field.insert_text_at_cursor(words)
            await pilot.pause()
            assert field.value == words
            lines = lines_of(app)
            assert {cell_len(line) for line in lines} == {60}, ascii(words)[:80]
            drawn = "\n".join(lines).encode()
            assert shapes(drawn) <= {"\n"}, ascii(words)[:80]
            assert harmful(drawn) == [], ascii(words)[:80]
            assert uneven(drawn) == [], ascii(words)[:80]


async def test_the_composer_keeps_what_it_cannot_draw() -> None:
    composer = Composer()
    app = Host(composer)
    async with app.shown((60, 14)) as pilot:
        for words in ("👨\u200d" * 9, *(one for one in SAMPLE if len(one) < 5_000)):
            composer.explain(f"reply to {inert_line(words)}", "[@click=app.quit]quit[/]", barred=False)
            composer.put(words)
            await pilot.pause()
            assert {cell_len(line) for line in lines_of(app)} == {60}, ascii(words)[:80]
            drawn = "\n".join(lines_of(app)).encode()
            assert BREAKS.sub("\n", composer.text) == BREAKS.sub("\n", words)
            assert shapes(drawn) <= {"\n"}, ascii(words)[:80]
            assert harmful(drawn) == [], ascii(words)[:80]
            assert uneven(drawn) == [], ascii(words)[:80]
