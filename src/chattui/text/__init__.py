"""Text for the terminal: inert, measured, dated. Pure."""
