"""An instructor uploads a text with its pictures, and a student sees both."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.conftest import Desk
from tests.integration.portal.portal_visit import visit
from tests.integration.support.course_helpers import enroll, lesson, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People
from tests.package_zips import zip_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive

# The picture is far below: its address ends, so it is not loaded only when somebody scrolls there.
TEXT = "# The sky\n\nIt has clouds.\n\n" + "And air.\n\n" * 400 + "![A cloud](<pictures/cloud 1.svg>)\n"
CLOUD = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40"/></svg>'
ARTICLE = zip_of({"The sky.md": TEXT, "pictures/cloud 1.svg": CLOUD})


@pytest.mark.parametrize("premium", [True, False])
def test_a_student_sees_the_pictures_of_an_article(
    deployed: Deployed, people: People, chromium: "Browser", desk: Desk, tmp_path: Path, premium: bool
) -> None:
    file = tmp_path / "The sky.zip"
    file.write_bytes(ARTICLE)
    course_id = new_course(desk.teacher, lessons={"sky": lesson(premium=premium, title="The sky")})
    page = desk.open(course_id)
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Upload file").click()
    chosen.value.set_files(file)
    page.get_by_text("(text with pictures)").wait_for()

    student = people.new()
    enroll(student, course_id)
    with visit(chromium, deployed) as window:
        window.enter(student, f"/courses/{course_id}/lessons/sky")
        window.page.get_by_role("img", name="A cloud").wait_for()
        window.page.wait_for_function(
            "() => [...document.images].some((each) => each.alt === 'A cloud' && each.naturalWidth === 80)"
        )
        assert window.page.get_by_text("It has clouds.").is_visible()
        assert window.faults() == []
