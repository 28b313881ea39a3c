"""Measures synthesis: `python -O main.py`, as cdktf runs it, compared with the stock import of one class."""

import contextlib
import tempfile
from collections.abc import Iterator

from benchmarks.measure import Case, python

ONE_CLASS = "from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket"
QUIET = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}

STOCK_IMPORT = "stock import of one resource class"
LIGHT_IMPORT = "light import of one resource class"
MAIN = "python -O main.py, whole process, prod"
STOCK_MAIN = "the same with the stock import"


@contextlib.contextmanager
def cases() -> Iterator[list[Case]]:
    """Yield the four cases. Each runs in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        prod = {"ENVIRONMENT_SUFFIX": "prod", "CDKTF_OUTDIR": folder, **QUIET}
        yield [
            Case(STOCK_IMPORT, python("-c", ONE_CLASS, **QUIET)),
            Case(LIGHT_IMPORT, python("-c", f"import education\n{ONE_CLASS}", **QUIET)),
            Case(MAIN, python("-O", "main.py", **prod)),
            Case(STOCK_MAIN, python("-O", "main.py", **prod, EDUCATION_STOCK_BINDINGS="1")),
        ]
