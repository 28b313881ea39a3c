"""The contact sheet of `make browser` shows each picture in its row, and what is wrong with a page."""

from pathlib import Path

from local_platform.browser.check import Look
from local_platform.browser.contact_sheet import write_contact_sheet


def test_each_page_has_a_row_with_its_pictures_and_faults(tmp_path: Path) -> None:
    looks = [
        Look("student/course", "ltr", "light", 320, tmp_path / "ltr" / "course-320.png"),
        Look(
            "student/course", "rtl", "dark", 1280, tmp_path / "rtl" / "course-1280.png", ["axe: <b> is bad"]
        ),
        Look("visitor/welcome", "ltr", "light", 320, tmp_path / "ltr" / "welcome.png"),
    ]
    sheet = write_contact_sheet(tmp_path, looks)
    text = sheet.read_text(encoding="utf-8")
    assert sheet == tmp_path / "index.html"
    assert text.count("<h2>") == 2
    assert text.index("ltr/course-320.png") < text.index("rtl/course-1280.png") < text.index("welcome.png")
    assert text.count('class="bad"') == 1
    assert "axe: &lt;b&gt; is bad" in text
