"""How fast the project is, against the stock way: `python -m benchmarks`. Figures are in results.md.

Nothing here is a test: a busy machine makes no build red.
"""
