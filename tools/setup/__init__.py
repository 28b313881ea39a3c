"""Installs what the project needs, and finds the programs that it runs."""
