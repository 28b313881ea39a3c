"""How large what is stored may become."""
