"""In-memory state: `apply` changes it, queries read it. Pure: no I/O, no clock."""
