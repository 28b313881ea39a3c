"""The enrollment function: who takes part in which course."""
