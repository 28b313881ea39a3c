"""What comes with files as people have them: their names, and the encodings of texts."""
