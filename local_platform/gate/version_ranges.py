"""Mends the emulator's S3: a request for a range of one version of an object gets that range.

The emulator (1.5.33) takes the range into account only where a request names no version, and answers with the whole
object otherwise. The packages function reads a zip by ranges of the version that was accepted.
"""

import re
from collections.abc import Mapping
from typing import Any

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


def answer_ranges_of_versions() -> None:
    """Change how the emulator, in this process, answers GetObject."""
    from ministack.services import s3  # type: ignore[import-untyped]

    get_object = s3._get_object

    def get_range(bucket: str, key: str, headers: Mapping[str, str], query: Any = None) -> Any:
        status, answered, body = get_object(bucket, key, headers, query)
        found = _RANGE.fullmatch(headers.get("range", ""))
        if status != 200 or found is None or not isinstance(body, bytes):
            return status, answered, body
        first, last = int(found[1]), min(int(found[2]), len(body) - 1)
        part = body[first : last + 1]
        place = {"Content-Range": f"bytes {first}-{last}/{len(body)}", "Content-Length": str(len(part))}
        # S3 keeps the checksum of the whole object, so it sends none with a part: clients would compare the two.
        others = {name: value for name, value in answered.items() if "checksum" not in name.lower()}
        return 206, {**others, **place}, part

    s3._get_object = get_range
