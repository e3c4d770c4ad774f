"""Frozen records, events and intents: the words every layer speaks. No I/O, no clock."""
