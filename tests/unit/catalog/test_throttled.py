"""While DynamoDB is throttling, requests for courses and files are tried again, and no answer is a 503."""

from tests.unit.catalogue_fixture import Catalogue
from tests.unit.content_fixture import Files
from tests.unit.lambda_api_fixture import OWNER, STUDENT


def test_courses_are_written_and_read(catalogue: Catalogue) -> None:
    with catalogue.tables.throttling():
        course_id = catalogue.create().body["courseId"]
        assert catalogue.put_lesson(course_id, "one").status == 201
        assert catalogue.put_lesson(course_id, "one", title="Two").status == 200
        assert catalogue.patch(course_id, version=3, title="Geometry").status == 200
        assert catalogue.patch(course_id, version=4, status="published").status == 200
        for caller in (OWNER, STUDENT):
            assert catalogue.get(course_id, caller).status == 200
        assert catalogue.list().status == 200
        assert len(catalogue.list(OWNER, owner="me").body["items"]) == 1
        assert catalogue.list(q="geometry").status == 200
        assert catalogue.delete_lesson(course_id, "one").status == 204


def test_files_are_sent_and_opened(files: Files) -> None:
    files.enrol("active")
    with files.tables.throttling():
        form = files.upload("text")
        assert form.status == 201
    files.arrive(form.body["key"])
    with files.tables.throttling():
        assert files.content("text", STUDENT).status == 200
        assert files.content("text", OWNER).status == 200
