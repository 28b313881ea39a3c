"""The AWS emulator answers a request for a range of one version of an object as S3 does."""

from collections.abc import Iterator
from typing import Any

import pytest

from local_platform import emulator
from local_platform.aws import client
from local_platform.platform import Platform
from tests.ports import free_port


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """S3 of a platform whose emulator runs, with a bucket that keeps versions."""
    home = tmp_path_factory.mktemp("ranges") / "home"
    platform = Platform(home, free_port(), home / "outputs" / "local.json")
    emulator.start(platform)
    s3: Any = client(platform, "s3")
    s3.create_bucket(Bucket="files")
    s3.put_bucket_versioning(Bucket="files", VersioningConfiguration={"Status": "Enabled"})
    yield s3
    emulator.stop(platform)


@pytest.mark.parametrize(("wanted", "found"), [("0-0", "a"), ("2-4", "cde"), ("4-99", "ef")])
def test_a_range_of_an_earlier_version_is_answered_with_that_range(s3: Any, wanted: str, found: str) -> None:
    version = s3.put_object(Bucket="files", Key="x", Body=b"abcdef")["VersionId"]
    s3.put_object(Bucket="files", Key="x", Body=b"newer")
    answer = s3.get_object(Bucket="files", Key="x", VersionId=version, Range=f"bytes={wanted}")
    assert answer["Body"].read().decode() == found
    assert answer["ContentLength"] == len(found)
    assert answer["ContentRange"].endswith("/6")


def test_without_a_range_the_whole_version_is_answered(s3: Any) -> None:
    version = s3.put_object(Bucket="files", Key="y", Body=b"abcdef")["VersionId"]
    answer = s3.get_object(Bucket="files", Key="y", VersionId=version)
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read()) == (200, b"abcdef")
