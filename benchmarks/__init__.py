"""Measures how fast the project is, and what a request costs. The recorded figures are in results.md.

Each command has `--help`:

* `python -m benchmarks`: synthesis and the local platform.
* `python -m benchmarks.functions`: the functions.
* `python -m benchmarks.throughput`: requests per second.
* `python -m benchmarks.packages`: a large package is unpacked, and its files are served.
* `python -m benchmarks.flatness`: capacity units for courses of 1, 20 and 200 lessons, and all that has to stay flat.
* `python -m benchmarks.admission`: a course opens to 100,000 people, simulated.
* `python -m benchmarks.roster_pass`: an edit of a course with 100,000 students, simulated.
* `python -m benchmarks.leaving_cdktf`: the ways away from CDKTF.
* `python -m benchmarks.lighthouse`: Lighthouse scores the pages of the portal (`make lighthouse`).

Nothing here is a test, so a busy machine never fails a build.
"""
