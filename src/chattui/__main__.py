"""`python -m chattui`, where the script is not on the path."""

from chattui.cli import main

main(prog_name="chattui")
