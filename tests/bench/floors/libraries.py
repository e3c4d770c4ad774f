"""The smallest Textual app that has supabase in memory: what a client of both cannot do without."""

import supabase  # noqa: F401 - it is there to be there

from tests.bench.floors.hello import Hello

if __name__ == "__main__":
    Hello().run()
