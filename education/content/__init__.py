"""Course files and their delivery."""
