"""What happened at a desk, in a file, and again from that file: without a network, a disk or a session.

To record any desk, give it a store that is recorded, or let it be a `RecordedDesk`:

    recorder = Recorder(path, Header(columns=120, rows=36))
    desk = Desk(gateway, RecordedStore(recorder))           # events and clock
    desk = RecordedDesk(recorder, gateway, drawer=drawer)   # answers, remarks and drafts as well
    recorder.close()

`replayed(tape)` makes a store of a file; `chattui replay FILE` shows it.
"""

from chattui.recording.recorded import RecordedDesk, RecordedStore
from chattui.recording.recorder import Recorder
from chattui.recording.tape import Header, Tape, replayed

__all__ = ["Header", "RecordedDesk", "RecordedStore", "Recorder", "Tape", "replayed"]
