"""How much memory it takes to unpack a large package: in a process of its own, with S3 on the AWS emulator."""

import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.package_zips import PAGE
from toolkit import clients

ROOT = Path(__file__).resolve().parents[3]
MOST_MIB = 256
UNPACK = """
import pathlib, re, resource, sys
from packages.archive import Archive
from packages.file_store import PackageBucket
bucket, zip_file = sys.argv[1:]
with open(zip_file, "rb") as source, PackageBucket(bucket).folder("packages/c/l/v/") as folder:
    archive = Archive(source)
    for member in archive.members:
        folder.write(f"files/{member.name}", member.media_type, member.size, archive.chunks(member))
# On Linux, ru_maxrss also counts the process that started this one.
status = pathlib.Path("/proc/self/status")
if status.exists():
    most = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) * 1024
else:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(archive.members), most // 1024**2)
"""


def test_a_package_of_100_mb_takes_less_than_256_mib(aws: str, tmp_path: Path) -> None:
    bucket = f"education-content-{uuid4().hex[:8]}"
    clients.set_deadline(None)
    s3: Any = clients.s3()
    s3.create_bucket(Bucket=bucket)
    noise = random.Random(1).randbytes(60 * 1024**2)
    package = tmp_path / "package.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("index.html", PAGE)
        archive.writestr("film.mp4", noise)
        for number in range(10):
            archive.writestr(f"slides/{number}.png", noise[number : number + 4 * 1024**2])
    del noise
    command = [sys.executable, "-c", UNPACK, bucket, str(package)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "lambda_src", check=False)
    assert result.returncode == 0, result.stderr
    files, mebibytes = map(int, result.stdout.split())
    assert files == 12
    assert mebibytes < MOST_MIB
