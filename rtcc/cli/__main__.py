"""`python -m rtcc.cli`: how our own processes start each other, whatever the PATH says."""

from rtcc.cli import main

main()
