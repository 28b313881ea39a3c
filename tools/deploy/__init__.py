"""Synthesizes, plans and deploys an environment."""
