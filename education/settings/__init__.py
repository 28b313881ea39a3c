"""The settings of an environment, and what is allowed in them."""
