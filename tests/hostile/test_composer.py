"""What is edited stays as it was written, and is drawn inert."""

import re

from chattui.text.inert import inert_line
from chattui.ui.composing import lines_of
from chattui.ui.widgets.composer import Composer
from tests.hostile.corpus import SAMPLE
from tests.hostile.tokens import harmful, shapes, uneven
from tests.ui.widgets.host import Host

BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What the text field takes for the end of a line."""


async def test_the_composer_keeps_what_it_cannot_draw() -> None:
    composer = Composer()
    app = Host(composer)
    async with app.shown((60, 14)) as pilot:
        for words in (one for one in SAMPLE if len(one) < 5_000):
            composer.explain(f"reply to {inert_line(words)}", "[@click=app.quit]quit[/]", barred=False)
            composer.put(words)
            await pilot.pause()
            drawn = "\n".join(lines_of(app)).encode()
            assert BREAKS.sub("\n", composer.text) == BREAKS.sub("\n", words)
            assert shapes(drawn) <= {"\n"}, ascii(words)[:80]
            assert harmful(drawn) == [], ascii(words)[:80]
            assert uneven(drawn) == [], ascii(words)[:80]
