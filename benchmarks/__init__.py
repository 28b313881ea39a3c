"""Measures how fast the project is. The recorded figures are in results.md.

Each command has `--help`: `python -m benchmarks` (synthesis and the local platform), `python -m benchmarks.functions`
(the functions), `python -m benchmarks.throughput` (requests per second), `python -m benchmarks.admission` (a course
opens to 100,000 people, simulated) and `python -m benchmarks.leaving_cdktf`.
Nothing here is a test, so a busy machine never fails a build.
"""
