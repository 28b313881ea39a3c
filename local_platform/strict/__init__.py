"""A second AWS emulator that decides like AWS where the first does not; used by tests and the restore drill only."""
