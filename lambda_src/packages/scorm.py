"""Reads a SCORM manifest, `imsmanifest.xml`: SCORM 1.2, and SCORM 2004.

The parts are launched in the order in which the manifest lists them. Sequencing and prerequisites are left out.
Elements are found by their local names, because manifests name their namespaces in many ways.

SCORM 1.2 and 2004 (Content Aggregation Model, chapter 3): https://adlnet.gov/projects/scorm/
"""

import math
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from packages import names
from packages.launch import LONGEST_TITLE, SCORM_12, SCORM_2004, Launch, Part
from packages.refusals import ENTRY_PAGE_MISSING, MANIFEST_INVALID, NO_ENTRY_PAGE, Refused, quoted
from toolkit import texts

MANIFEST = "imsmanifest.xml"
MOST_MANIFEST_BYTES = 4 * 1024**2
# cmi.launch_data has at most 4,096 characters in SCORM 1.2, and 4,000 in SCORM 2004.
_LONGEST_LAUNCH_DATA = 4096
_MOST_PARTS = 1_000
_MOST_OBJECTIVES = 250
_LONGEST_ID = 4_000

# Browsers send it as it is, and the edge refuses an address that has one (education/content/package_gate.py).
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")

HasFile = Callable[[str], bool]


def read_manifest(manifest: bytes, has_file: HasFile) -> Launch:
    """What a manifest says. `has_file` says whether the package has a file of a name.

    Raises:
        Refused: the manifest cannot be read, launches nothing, or launches what is not in the package.
    """
    root = _parsed(manifest)
    kind = SCORM_2004 if _is_2004(root) else SCORM_12
    resources = _resources(root)
    organization = _organization(root)
    parts = []
    for item in organization.iter() if organization is not None else ():
        if _local(item) == "item" and _attribute(item, "identifierref"):
            parts.append(_part(item, kind, resources, root, has_file))
    if not parts:
        # A manifest without an organization: its first SCO.
        found = (each for each in resources.values() if _attribute(each[0], "scormtype") == "sco")
        parts = [_of_resource(each, has_file) for each in list(found)[:1]]
    if not parts:
        raise Refused(NO_ENTRY_PAGE, f"{MANIFEST} names no page to start with.")
    if len(parts) > _MOST_PARTS:
        raise Refused(MANIFEST_INVALID, f"{MANIFEST} has more than {_MOST_PARTS:,} parts.")
    title = _title(organization) if organization is not None else ""
    return Launch(kind, title or parts[0].title, _file_of(parts[0].href), tuple(parts))


def _parsed(manifest: bytes) -> Element:
    try:
        root: Element = fromstring(manifest)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Refused(MANIFEST_INVALID, f"{MANIFEST} is not valid XML, or it defines entities.") from error
    if _local(root) != "manifest":
        raise Refused(MANIFEST_INVALID, f"{MANIFEST} is not the manifest of a SCORM package.")
    return root


def _is_2004(root: Element) -> bool:
    """By `schemaversion`; where it is missing, by the namespace of content packages."""
    version = next((_text(each) for each in root.iter() if _local(each) == "schemaversion"), "")
    if version:
        return not version.startswith("1.")
    return root.tag.startswith("{http://www.imsglobal.org/xsd/imscp_v1p1}")


def _organization(root: Element) -> Element | None:
    """The default organization, or the first."""
    parent = next((each for each in root if _local(each) == "organizations"), None)
    if parent is None:
        return None
    found = [each for each in parent if _local(each) == "organization"]
    default = _attribute(parent, "default")
    return next(
        (each for each in found if _attribute(each, "identifier") == default), next(iter(found), None)
    )


def _resources(root: Element) -> dict[str, tuple[Element, str]]:
    """Every resource by its identifier, with the folder that `xml:base` gives it."""
    found = {}
    base = _attribute(root, "base")
    for parent in root:
        if _local(parent) == "resources":
            for resource in parent:
                folder = base + _attribute(parent, "base") + _attribute(resource, "base")
                found[_attribute(resource, "identifier")] = (resource, folder)
    return found


def _part(
    item: Element, kind: str, resources: dict[str, tuple[Element, str]], root: Element, has_file: HasFile
) -> Part:
    reference = _attribute(item, "identifierref")
    if reference not in resources:
        raise Refused(
            ENTRY_PAGE_MISSING, f"{MANIFEST} launches {quoted(reference)}, which is not among its resources."
        )
    href = _href(resources[reference], _attribute(item, "parameters"), has_file)
    launch_data = _child_text(item, "datafromlms")[:_LONGEST_LAUNCH_DATA]
    part_id = _attribute(item, "identifier")[:_LONGEST_ID]
    if kind == SCORM_12:
        mastery = _number(_child_text(item, "masteryscore"), 0, 100)
        return Part(part_id, _title(item), href, launch_data, mastery_score=mastery)
    sequencing = _sequencing(item, root)
    passing, objective_ids = (None, ()) if sequencing is None else _objectives(sequencing)
    return Part(
        part_id,
        _title(item),
        href,
        launch_data,
        passing_score=passing,
        completion_threshold=_completion_threshold(item),
        objective_ids=objective_ids,
    )


def _of_resource(resource: tuple[Element, str], has_file: HasFile) -> Part:
    return Part(_attribute(resource[0], "identifier")[:_LONGEST_ID], "", _href(resource, "", has_file))


def _href(resource: tuple[Element, str], parameters: str, has_file: HasFile) -> str:
    """The relative URL of a resource's page, with the item's parameters.

    Raises:
        Refused: it has none, it leads out of the package, or the file is not in the package.
    """
    element, folder = resource
    href = _attribute(element, "href")
    if not href:
        raise Refused(NO_ENTRY_PAGE, f"{MANIFEST} launches a resource without a page.")
    href = re.sub(r"^(?:\./)+", "", folder + href)
    file = _file_of(href)
    names.check(file)
    if not has_file(file):
        raise Refused(ENTRY_PAGE_MISSING, f"{MANIFEST} launches {quoted(file)}, which is not in the package.")
    href = _LONE_PERCENT.sub("%25", href)
    # https://adlnet.gov/projects/scorm-2004-4th-edition/ (CAM 3.4.1.8: how parameters join a URL)
    while parameters[:1] in ("?", "&"):
        parameters = parameters[1:]
    if not parameters or (parameters.startswith("#") and "#" in href):
        return href
    if parameters.startswith("#"):
        return href + parameters
    return href + ("&" if "?" in href else "?") + parameters


def _file_of(href: str) -> str:
    """The name of the file of a relative URL.

    Raises:
        Refused: it is a URL of another host.
    """
    try:
        url = urlsplit(href)
    except ValueError as error:
        raise Refused(ENTRY_PAGE_MISSING, f"{MANIFEST} launches {quoted(href)}, which is no URL.") from error
    if url.scheme or url.netloc:
        raise Refused(ENTRY_PAGE_MISSING, f"{MANIFEST} launches {quoted(href)}, which is not in the package.")
    return unquote(url.path)


def _sequencing(item: Element, root: Element) -> Element | None:
    """The item's sequencing, or the one of the collection that it refers to."""
    own = next((each for each in item if _local(each) == "sequencing"), None)
    reference = _attribute(own, "idref") if own is not None else ""
    if own is None or not reference or any(_local(each) == "objectives" for each in own):
        return own
    collection = (each for each in root if _local(each) == "sequencingcollection")
    listed = (each for parent in collection for each in parent)
    return next((each for each in listed if _attribute(each, "id") == reference), own)


def _objectives(sequencing: Element) -> tuple[float | None, tuple[str, ...]]:
    """The passing score and the ids of the objectives.

    SCORM 2004, Run-Time Environment 4.2.18: the score counts only if the objective is satisfied by it; it is then 1.0
    unless the manifest says another.
    """
    passing: float | None = None
    ids = []
    for each in _children(sequencing, "objectives"):
        if _local(each) not in ("primaryobjective", "objective"):
            continue
        objective_id = _attribute(each, "objectiveid")
        if objective_id:
            ids.append(objective_id[:_LONGEST_ID])
        if _local(each) == "primaryobjective" and _attribute(each, "satisfiedbymeasure") in ("true", "1"):
            measure = _number(_child_text(each, "minnormalizedmeasure"), -1, 1)
            passing = 1.0 if measure is None else measure
    return passing, tuple(ids[:_MOST_OBJECTIVES])


def _completion_threshold(item: Element) -> float | None:
    """From the text of `completionThreshold` (3rd edition), or from its attributes (4th edition)."""
    element = next((each for each in item if _local(each) == "completionthreshold"), None)
    if element is None:
        return None
    if _attribute(element, "completedbymeasure") in ("true", "1"):
        least = _number(_attribute(element, "minprogressmeasure"), 0, 1)
        return 1.0 if least is None else least
    return _number(_text(element), 0, 1)


def _title(element: Element) -> str:
    title = " ".join(_child_text(element, "title").split())
    return texts.excerpt(title, LONGEST_TITLE)


def _child_text(element: Element, name: str) -> str:
    return next((_text(each) for each in element if _local(each) == name), "")


def _children(element: Element, name: str) -> Iterator[Element]:
    for parent in element:
        if _local(parent) == name:
            yield from parent


def _attribute(element: Element, name: str) -> str:
    """The value of an attribute by its local name in lower case, empty if there is none."""
    return next((value.strip() for key, value in element.attrib.items() if _plain(key) == name), "")


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _local(element: Element) -> str:
    return _plain(element.tag)


def _plain(name: str) -> str:
    """A name without its namespace, in lower case: SCORM 1.2 writes `scormtype`, and 2004 `scormType`."""
    return name.rpartition("}")[2].lower()


def _number(text: str, least: float, most: float) -> float | None:
    """A number between two others; None if the text is no such number."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and least <= number <= most else None
