"""Captions of a video: in which languages a lesson has them, and where their files are.

A lesson's entry has a map of them by language. Each has at least one of:

* `uploadId` and `label`: the captions that students see;
* `form`: the latest upload form, with the label that it will bring;
* `refused`: why the latest file was refused. What the language had before stays.

The file of captions has a folder of its own beside the video's, below the same lesson: see domain.content_paths.
"""

import re
from dataclasses import dataclass

from domain import content_paths
from domain.content_paths import UploadKey
from domain.courses import Lesson

# The content type of the lessons that have captions.
VIDEO = "video"
# A course is one item of at most 400 KB, and captions take up to 300 bytes each.
MOST_LANGUAGES = 20
MOST_IN_COURSE = 400
# Of a film of five hours they have half of it.
MOST_BYTES = 2 * 1024**2

# The names that people give to their own languages, for menus. Others are shown by their tag.
_LABELS = {
    "ar": "العربية",
    "bg": "Български",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "et": "Eesti",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sr": "Српски",
    "sv": "Svenska",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
_SCRIPT, _REGION = re.compile(r"[a-z]{4}"), re.compile(r"[a-z]{2}")


@dataclass(frozen=True)
class Caption:
    """The captions of a lesson in one language, as students see them."""

    language: str
    label: str
    key: str


def canonical(tag: str) -> str:
    """A language tag in the usual letters, `pt-br` as `pt-BR` and `zh-hant` as `zh-Hant` (RFC 5646, section 2.1.1)."""
    first, *others = tag.lower().split("-")
    shown = [first]
    for each in others:
        if _SCRIPT.fullmatch(each):
            shown.append(each.title())
        else:
            shown.append(each.upper() if _REGION.fullmatch(each) else each)
    return "-".join(shown)


def label_of(language: str) -> str:
    """The name of a language in itself, with the rest of its tag: `Português (BR)`."""
    first, _, rest = language.partition("-")
    name = _LABELS.get(first)
    if name is None:
        return language
    return f"{name} ({rest})" if rest else name


def upload_key(course_id: str, lesson: Lesson, upload_id: str) -> UploadKey:
    """What the key of an upload of captions says."""
    return UploadKey(course_id, lesson.lesson_id, content_paths.CAPTIONS, lesson.premium, upload_id)


def key_of(upload: UploadKey, language: str) -> str:
    """Where captions are served."""
    return content_paths.key_of(upload, f"{language}{content_paths.CAPTIONS_SUFFIX}")


def language_of(key: str) -> str:
    """The language of captions, from their key."""
    return key.rpartition("/")[2].removesuffix(content_paths.CAPTIONS_SUFFIX)


def ready(course_id: str, lesson: Lesson) -> list[Caption]:
    """The captions that students see, by language."""
    return [
        Caption(language, entry["label"], key_of(upload_key(course_id, lesson, entry["uploadId"]), language))
        for language, entry in sorted((lesson.captions or {}).items())
        if "uploadId" in entry
    ]
