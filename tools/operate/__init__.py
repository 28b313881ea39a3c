"""Commands for the operator of a deployed environment: redrive, restore."""
