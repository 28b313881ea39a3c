"""The demo course that `make up` makes, its files, and the scripts that made the files."""
