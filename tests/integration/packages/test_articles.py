"""Articles with pictures: a zip of a text and its pictures, of which every file opens with the article's token only."""

import pytest

from tests.integration.packages.test_package_serving import ask
from tests.integration.support.course_helpers import (
    enroll,
    eventually,
    lesson,
    new_course,
    upload,
    upload_package,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers
from tests.package_zips import PAGE, zip_of

pytestmark = pytest.mark.intrusive

TEXT = b"# Words\n\n![A cloud](pictures/cloud 1.svg)\n"
CLOUD = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'
ARTICLE = zip_of({"Words/words.md": TEXT, "Words/pictures/cloud 1.svg": CLOUD})


@pytest.mark.parametrize("premium", [True, False])
def test_a_text_opens_with_its_pictures(
    deployed: Deployed, people: People, users: SharedUsers, premium: bool
) -> None:
    course_id = new_course(users.owner, lessons={"words": lesson(premium=premium)})
    path = f"/courses/{course_id}/lessons/words/content"
    content = upload_package(deployed, users.owner, course_id, "words", ARTICLE, fileName="words.zip")
    assert (content["state"], content["kind"], content["entry"]) == ("ready", "article", "words.md")

    student = people.new()
    student.get(path, expect=403)
    enroll(student, course_id)
    url = student.get(path)["url"]
    picture = url.replace("words.md", "pictures/cloud%201.svg")
    found = [ask(each, Origin=deployed.origin) for each in (url, picture)]
    assert [(status, body) for status, _, body in found] == [(200, TEXT), (200, CLOUD)]
    assert {headers["access-control-allow-origin"] for _, headers, _ in found} == {"*"}
    token = url.split("/p/")[1].partition("/")[0]
    assert {ask(each.replace(token, "2" + token[1:]))[0] for each in (url, picture)} == {403}
    student.get(path.replace("content", "runtime"), expect=404)


def test_a_page_in_an_article_is_refused_and_a_new_text_takes_its_place(
    deployed: Deployed, users: SharedUsers
) -> None:
    course_id = new_course(users.owner, lessons={"words": lesson()}, status="draft")
    upload_package(deployed, users.owner, course_id, "words", ARTICLE, fileName="words.zip")
    refused = upload_package(deployed, users.owner, course_id, "words", zip_of({"a.md": "", "b.html": PAGE}))
    assert (refused["state"], refused["code"]) == ("failed", "not-in-article")
    assert "/p/" in users.owner.get(f"/courses/{course_id}/lessons/words/content")["url"]
    key = upload(deployed, users.owner, course_id, "words", TEXT, fileName="words.md")
    assert users.owner.get(f"/courses/{course_id}/lessons/words/content")["url"].endswith(key)
    bucket, s3 = deployed.outputs["content_bucket_name"], deployed.client("s3")
    prefix = f"packages/{course_id}/"
    eventually(lambda: not s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents"))
