"""The web portal: its files, and what serves them."""
