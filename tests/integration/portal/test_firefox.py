"""One journey in Firefox as Debian builds it. All other tests of the portal run in Chromium."""

import pytest

from local_platform.accounts import random_password
from tests.integration.portal.firefox import find_firefox, firefox
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People

pytestmark = pytest.mark.intrusive


def test_a_student_learns_in_firefox(deployed: Deployed, people: People, course_id: str) -> None:
    """Signs in, enrols, watches a film, reads a document and an article, is done with it, and signs out."""
    program = find_firefox()
    if program is None:
        pytest.skip("no Firefox on PATH (Debian: `apt-get install firefox-esr`)")
    if not deployed.is_local:
        pytest.skip("the sign-in pages on AWS look different")
    student, password = people.new("students"), random_password()
    deployed.client("cognito-idp").admin_set_user_password(
        UserPoolId=deployed.outputs["user_pool_id"],
        Username=student.email,
        Password=password,
        Permanent=True,
    )
    with firefox(program) as window:
        window.open(f"{deployed.outputs['portal_url']}/courses/{course_id}")
        window.press("Sign in")
        window.write("#username", student.email)
        window.write("#password", password + "\ue007")  # Enter
        window.press("Enrol")
        window.press("Start")
        window.until("return document.querySelector('video')?.readyState > 0")
        window.run("document.querySelector('video').currentTime = 5; document.querySelector('video').play();")
        window.until("return document.querySelector('video').currentTime > 6")
        window.run("document.querySelector('video').pause()")
        window.press("Next lesson")
        window.until("return document.querySelector('.textLayer')?.textContent.includes('First page')")
        window.press("Next lesson")
        window.press("Mark as done")
        window.until(
            "return [...document.querySelectorAll('[role=status]')].some((one) => one.textContent === 'Saved')"
        )
        window.press("Sign out")
        window.until(
            "return [...document.querySelectorAll('button')].some((one) => one.textContent === 'Sign in')"
        )
    progress = student.get(f"/progress/{course_id}")
    assert progress["completedLessons"] == ["words"]
    assert progress["positions"]["film"] >= 6
