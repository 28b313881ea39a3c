"""Makes the demo course's film again: Chromium draws sources/film.html picture by picture, and ffmpeg encodes them.

`python -m local_platform.demo.make_film` needs Chromium, what drives it (`make browser-driver`) and ffmpeg. The film is
committed, so that nobody else needs them.
"""

import base64
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "sources" / "film.html"
FILM = HERE / "files" / "water-cycle.mp4"
SECONDS = 30
PICTURES_PER_SECOND = 12
_DRAW = (
    "t => { draw(t); return document.querySelector('canvas').toDataURL('image/jpeg', 0.95).split(',')[1]; }"
)
# One key picture a second, so that a player can seek to any second; the index comes first, so that it starts at once.
_ENCODE = (
    *(
        "-c:v",
        "libx264",
        "-preset",
        "veryslow",
        "-crf",
        "27",
        "-pix_fmt",
        "yuv420p",
        "-g",
        str(PICTURES_PER_SECOND),
    ),
    *("-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
)


def main() -> int:
    """Make the film; returns the exit code."""
    ffmpeg, chromium = shutil.which("ffmpeg"), shutil.which("chromium")
    if ffmpeg is None or chromium is None:
        print("error: ffmpeg and chromium must be on PATH", file=sys.stderr)
        return 1
    command = [
        ffmpeg,
        "-loglevel",
        "error",
        "-y",
        "-f",
        "mjpeg",
        "-framerate",
        str(PICTURES_PER_SECOND),
        "-i",
        "-",
    ]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(SOURCE.as_uri())
        times = (number / PICTURES_PER_SECOND for number in range(SECONDS * PICTURES_PER_SECOND))
        pictures = b"".join(base64.b64decode(page.evaluate(_DRAW, time)) for time in times)
        browser.close()
    code = subprocess.run([*command, *_ENCODE, str(FILM)], input=pictures, check=False).returncode
    print(f"{FILM.name}: {FILM.stat().st_size / 1000:.0f} kB, {SECONDS} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
