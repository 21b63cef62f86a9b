"""SPEAKS: words on the command line -> one command; one file for each, output and errors beside them."""
