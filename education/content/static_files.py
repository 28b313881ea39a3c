"""The files of a built web page as objects of a bucket: one for each file, so that a plan shows what changes.

Files below `assets/` have the hash of their content in their name and never change. Everything else is asked for anew
each time, so a deployment needs no invalidation.

They wait for the versioning of their bucket: what comes before has no version of its own, and the next deployment would
find nothing of it that it could delete.
"""

import hashlib
from pathlib import Path

from cdktf import AssetType, ITerraformDependable, TerraformAsset
from cdktf_cdktf_provider_aws.s3_object import S3Object
from constructs import Construct

from education.content.buckets import PrivateBucket
from education.errors import UserError

ASSETS = "assets/"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_CACHE = "no-cache"
# The table of the machine that synthesizes would differ from machine to machine.
CONTENT_TYPES = {
    ".bcmap": "application/octet-stream",
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pfb": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def content_type(key: str) -> str:
    """The type of a file by its name; raises `UserError` for a kind of file that is not known here."""
    suffix = Path(key).suffix.lower()
    if suffix not in CONTENT_TYPES:
        raise UserError(
            f"the web build has a file {key}, whose kind has no content type; add {suffix or 'the kind'} to "
            "CONTENT_TYPES in education/content/static_files.py"
        )
    return CONTENT_TYPES[suffix]


def add_folder(
    scope: Construct,
    folder: Path,
    *,
    bucket: PrivateBucket,
    prefix: str = "",
    leave_out: tuple[str, ...] = (),
) -> list[S3Object]:
    """An object for each file of `folder`, with `prefix` before its path; `leave_out` names files by their path."""
    return [
        add_file(scope, path, bucket=bucket, key=prefix + key, immutable=key.startswith(ASSETS))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (key := path.relative_to(folder).as_posix()) not in leave_out
    ]


def add_file(
    scope: Construct, path: Path, *, bucket: PrivateBucket, key: str, immutable: bool = False
) -> S3Object:
    """An object with the content of one file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = key.replace("/", "-")
    asset = TerraformAsset(
        scope, f"source-{name}", path=str(path.resolve()), type=AssetType.FILE, asset_hash=digest
    )
    return S3Object(
        scope,
        f"file-{name}",
        bucket=bucket.name,
        key=key,
        source=asset.path,
        source_hash=digest,
        content_type=content_type(key),
        cache_control=IMMUTABLE if immutable else NO_CACHE,
        depends_on=[bucket.versioning],
    )


def add_text(
    scope: Construct,
    text: str,
    *,
    bucket: PrivateBucket,
    key: str,
    after: list[S3Object],
) -> S3Object:
    """An object whose content has values of the stack in it; it is written after the objects `after`."""
    waits: list[ITerraformDependable] = [bucket.versioning, *after]
    return S3Object(
        scope,
        f"file-{key.replace('/', '-')}",
        bucket=bucket.name,
        key=key,
        content=text,
        content_type=content_type(key),
        cache_control=NO_CACHE,
        depends_on=waits,
    )


def without_references(text: str) -> str:
    """`text` as Terraform keeps it: `${` and `%{` would begin a reference."""
    return text.replace("${", "$${").replace("%{", "%%{")
