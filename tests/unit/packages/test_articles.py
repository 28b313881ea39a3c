"""Packages of articles: texts, their pictures, and nothing else."""

import io

import pytest

from packages import refusals
from packages.archive import Archive
from packages.kinds import launch_of
from packages.launch import Launch
from packages.refusals import Refused
from tests.package_zips import PAGE, Files, h5p, scorm_12, zip_of


def read(package: bytes) -> Launch:
    return launch_of(Archive(io.BytesIO(package)), "article")


@pytest.mark.parametrize(
    ("files", "entry"),
    [
        ({"words.md": "# Words", "cloud.png": "", "more/Sun.JPG": ""}, "words.md"),
        (
            {"Words to know/Wörter 1.markdown": "", "Words to know/pictures/cloud.svg": ""},
            "Wörter 1.markdown",
        ),
        ({"Index.md": "", "notes.md": "", "cloud.webp": ""}, "Index.md"),
        ({"text/words.md": "", "pictures/cloud.gif": ""}, "text/words.md"),
        ({"text/Index.md": "", "text/notes.md": "", "pictures/cloud.gif": ""}, "text/Index.md"),
        ({"index.md": "", "notes/index.md": ""}, "index.md"),
        ({"words.md": "", "__MACOSX/._words.md": "", ".DS_Store": ""}, "words.md"),
    ],
)
def test_the_text_of_an_article_is_found(files: Files, entry: str) -> None:
    assert read(zip_of(files)) == Launch("article", "", entry)


@pytest.mark.parametrize(
    ("package", "code"),
    [
        (zip_of({"cloud.png": ""}), refusals.NO_ARTICLE),
        (zip_of({}), refusals.NO_ARTICLE),
        (zip_of({"one.md": "", "two.md": ""}), refusals.NO_ARTICLE),
        (zip_of({"one/index.md": "", "two/index.md": ""}), refusals.NO_ARTICLE),
        (zip_of({"words.md": "", "words.docx": ""}), refusals.NOT_IN_ARTICLE),
        (zip_of({"words.md": "", "words.txt": ""}), refusals.NOT_IN_ARTICLE),
        (zip_of({"words.md": "", "page.html": PAGE}), refusals.NOT_IN_ARTICLE),
        (zip_of({"words.md": "", "code.js": ""}), refusals.NOT_IN_ARTICLE),
        (zip_of({"words.md": "", "setup.exe": ""}), refusals.FILE_TYPE_REFUSED),
        (scorm_12(), refusals.NOT_IN_ARTICLE),
        (h5p(), refusals.NOT_IN_ARTICLE),
    ],
)
def test_a_package_that_is_no_article_is_refused(package: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(package)
    assert refused.value.code == code
    assert refused.value.detail.endswith(".")


def test_of_several_texts_the_teacher_learns_which_is_shown() -> None:
    with pytest.raises(Refused) as refused:
        read(zip_of({"one/index.md": "", "two/index.md": ""}))
    assert refused.value.detail.endswith("Name the one to show index.md, at the top of the zip.")
