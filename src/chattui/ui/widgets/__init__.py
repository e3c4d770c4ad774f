"""What stands on the screen, one thing a module."""
