"""Makes the demo course's worksheet again: Chromium prints sources/worksheet.html as a tagged PDF.

`python -m local_platform.demo.make_worksheet` needs Chromium and what drives it (`make browser-driver`). The PDF is
committed, so that nobody else needs them.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "sources" / "worksheet.html"
WORKSHEET = HERE / "files" / "worksheet.pdf"


def main() -> int:
    """Make the worksheet; returns the exit code."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("error: chromium must be on PATH", file=sys.stderr)
        return 1
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(SOURCE.as_uri())
        page.pdf(path=WORKSHEET, prefer_css_page_size=True, print_background=True, tagged=True)
        browser.close()
    print(f"{WORKSHEET.name}: {WORKSHEET.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
