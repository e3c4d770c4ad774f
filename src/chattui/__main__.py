"""`python -m chattui` is `chattui`."""

from chattui.cli import main

main()
