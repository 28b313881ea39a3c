"""Instances of functions: how they start at the emulator."""
