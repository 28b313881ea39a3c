"""Finds out what kind of package an archive is. Only its content decides, never the name of the zip.

* `imsmanifest.xml`: SCORM.
* `h5p.json`: H5P.
* else `index.html`: a plain HTML package.

The package of an article is none of these: packages.articles.

Capital letters do not matter in the names of the manifest and of the index, and they may be in the only folder that
there is.
"""

import html
import json
import re
from typing import Any

from domain import content_paths
from packages import scorm
from packages.archive import Archive, Member
from packages.articles import read_article
from packages.launch import H5P, HTML_PACKAGE, LONGEST_TITLE, Launch
from packages.refusals import (
    ENTRY_PAGE_MISSING,
    MANIFEST_INVALID,
    NAME_NOT_ALLOWED,
    NO_ENTRY_PAGE,
    TOO_LARGE,
    Refused,
    quoted,
)
from toolkit import texts

H5P_DESCRIPTION = "h5p.json"
_H5P_CONTENT = "content/content.json"
_INDEXES = ("index.html", "index.htm")
_MOST_H5P_BYTES = 1024**2
# A course keeps this name in its item, for each of its lessons.
_MOST_ENTRY_BYTES = 250
_TITLE_BYTES = 64 * 1024
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})</title", re.IGNORECASE)


def launch_of(archive: Archive, content_type: str = content_paths.INTERACTIVE) -> Launch:
    """What a player needs to know of a package for a lesson of that content type.

    Raises:
        Refused: the package is of no known kind, or what it launches is missing.
    """
    is_article = content_type == content_paths.ARTICLE
    launch = read_article(archive) if is_article else _launch_of(archive)
    if len(launch.entry.encode()) > _MOST_ENTRY_BYTES:
        raise Refused(
            NAME_NOT_ALLOWED, f"The name of the first page is longer than {_MOST_ENTRY_BYTES} bytes."
        )
    return launch


def _launch_of(archive: Archive) -> Launch:
    manifest = archive.find_in_any_case(scorm.MANIFEST)
    if manifest:
        whole = _whole(archive, manifest.name, scorm.MOST_MANIFEST_BYTES)
        return scorm.read_manifest(whole, lambda name: archive.find(name) is not None)
    if archive.find(H5P_DESCRIPTION):
        return _h5p(archive)
    for name in _INDEXES:
        if index := archive.find_in_any_case(name):
            return Launch(HTML_PACKAGE, _html_title(archive, index), index.name)
    raise Refused(
        NO_ENTRY_PAGE,
        f"The package has no {scorm.MANIFEST}, no {H5P_DESCRIPTION} and no {_INDEXES[0]} in its root.",
    )


def _h5p(archive: Archive) -> Launch:
    """An H5P package: https://h5p.org/documentation/developers/h5p-specification"""
    try:
        # The browser that plays it reads UTF-8 only.
        described: Any = json.loads(_whole(archive, H5P_DESCRIPTION, _MOST_H5P_BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused(MANIFEST_INVALID, f"{H5P_DESCRIPTION} is not valid JSON.") from error
    library = described.get("mainLibrary") if isinstance(described, dict) else None
    if not isinstance(library, str) or not library:
        raise Refused(MANIFEST_INVALID, f"{H5P_DESCRIPTION} does not name a main library.")
    if archive.find(_H5P_CONTENT) is None:
        raise Refused(ENTRY_PAGE_MISSING, f"The package has no {_H5P_CONTENT}.")
    # The folder of a library has its version at the end of its name.
    folder = re.compile(re.escape(library) + r"(-\d+\.\d+(\.\d+)?)?/library\.json")
    if not any(folder.fullmatch(each.name) for each in archive.members):
        raise Refused(
            ENTRY_PAGE_MISSING,
            f"The package does not have its library {quoted(library)}. Export it with its libraries.",
        )
    title = described.get("title")
    return Launch(H5P, _line(title) if isinstance(title, str) else "", H5P_DESCRIPTION)


def _whole(archive: Archive, name: str, most: int) -> bytes:
    member = archive.find(name)
    if member is None or member.size > most:
        raise Refused(TOO_LARGE, f"{name} is larger than {most // 1024**2} MiB.")
    return archive.read(member, most)


def _html_title(archive: Archive, index: Member) -> str:
    page = archive.read(index, _TITLE_BYTES).decode("utf-8", "replace")
    found = _TITLE.search(page)
    return _line(html.unescape(found[1])) if found else ""


def _line(text: str) -> str:
    return texts.excerpt(" ".join(text.split()), LONGEST_TITLE)
