"""Search in the catalogue: what a word is, and how published courses are stored to be searched."""
