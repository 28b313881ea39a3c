"""Compresses what CloudFront compresses, which the emulator does not do.

A behaviour that compresses, with a cache policy that does, answers with gzip where the viewer takes it, and where the
file is of one of some types, is whole, and has 1,000 to 10,000,000 bytes:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
An answer that is not cached at all is not compressed. CloudFront also knows Brotli, whose answers are smaller.
"""

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Answer = tuple[int, dict[str, Any], bytes]
# The kinds that the platform serves, of CloudFront's longer list.
TYPES = re.compile(
    r"(text/(css|csv|html|javascript|markdown|plain|vtt|xml)|image/svg\+xml|font/(otf|ttf)"
    r"|application/(javascript|json|manifest\+json|pdf|rss\+xml|wasm|xhtml\+xml|xml))",
    re.IGNORECASE,
)
SMALLEST, LARGEST = 1_000, 10_000_000


def compress_as_cloudfront_does() -> None:
    """Change how the emulator, in this process, serves distributions."""
    from ministack.services import cloudfront  # type: ignore[import-untyped]

    read_behaviour, answer = cloudfront._dataplane_behavior, cloudfront.handle_viewer_request

    def read_compression_too(element: Any, *pattern: str) -> dict[str, Any]:
        wanted = cloudfront._text(element, "Compress", "false").strip().lower() == "true"
        return {**read_behaviour(element, *pattern), "compress": wanted}

    async def answer_compressed(
        distribution: dict[str, Any],
        method: str,
        path: str,
        raw_path: str,
        raw_query: str,
        headers: Mapping[str, str],
        *rest: Any,
    ) -> Any:
        found: Answer = await answer(distribution, method, path, raw_path, raw_query, headers, *rest)
        matched = cloudfront._match_behavior(
            cloudfront.parse_distribution_dataplane_config(distribution), path
        )
        if method == "GET" and matched and matched["compress"] and _is_cached(cloudfront, matched):
            return compressed(found, headers.get("accept-encoding", ""))
        return found

    cloudfront._dataplane_behavior = read_compression_too
    cloudfront.handle_viewer_request = answer_compressed


def compressed(answer: Answer, accepted: str) -> Answer:
    """An answer with a compressed body and a weak `ETag`, or the answer itself where CloudFront leaves it alone."""
    status, headers, body = answer
    named = {name.lower(): name for name in headers}
    kind = str(headers.get(named.get("content-type", ""), "")).partition(";")[0].strip()
    if (
        status != 200
        or not re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\b)", accepted)
        or "content-encoding" in named
        or not TYPES.fullmatch(kind)
        or not SMALLEST <= len(body) <= LARGEST
    ):
        return answer
    without = {"content-length", "content-encoding", "etag"}
    kept = {name: value for name, value in headers.items() if name.lower() not in without}
    kept |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    if tag := headers.get(named.get("etag", "")):
        kept["ETag"] = f"W/{str(tag).removeprefix('W/')}"
    return status, kept, _gzip(bytes(body))


def _is_cached(cloudfront: Any, behaviour: Mapping[str, Any]) -> bool:
    """Whether the cache policy keeps answers, and compressed ones apart from others."""
    id = behaviour["cache_policy_id"]
    policy = cloudfront._cache_policies.get(id) or cloudfront._MANAGED_CACHE_POLICIES.get(id)
    if policy is None:
        return False
    config = policy["Config"]
    return bool(config["Parameters"]["EnableAcceptEncodingGzip"]) and int(config["DefaultTTL"]) > 0


@lru_cache(maxsize=256)
def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)
