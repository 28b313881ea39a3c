"""Simulates the opening of a course to very many people, by DynamoDB's documented limits.

`python -m benchmarks.admission` compares ways to hand out seats. `limits.py` has the limits with their sources, and
what had to be assumed; `clock.py`, `services.py` and `line.py` are the parts; `designs.py` puts them together.
"""
