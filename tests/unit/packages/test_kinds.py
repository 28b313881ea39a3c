"""The kind, the title and the entry page of a package, and what a SCORM manifest says of its parts."""

import io
import json

import pytest

from packages import launch, refusals
from packages.archive import Archive
from packages.kinds import launch_of
from packages.launch import Launch, Part
from packages.refusals import Refused
from tests.package_zips import PAGE, h5p, scorm_12, scorm_2004, zip_of

SCO = '<resource identifier="r{n}" adlcp:scormtype="sco" href="{href}"/>'
ITEM = '<item identifier="i{n}" identifierref="r{n}" {more}><title>Part {n}</title>{inside}</item>'


def read(package: bytes) -> Launch:
    return launch_of(Archive(io.BytesIO(package)))


def refusal(package: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(package)
    assert refused.value.detail.endswith(".")
    return refused.value.code


def test_the_content_decides_about_the_kind() -> None:
    kinds = {
        launch.SCORM_12: scorm_12(),
        launch.SCORM_2004: scorm_2004(),
        launch.H5P: h5p(),
        launch.HTML_PACKAGE: zip_of({"index.html": PAGE}),
    }
    assert {kind: read(package).kind for kind, package in kinds.items()} == {kind: kind for kind in kinds}
    both: dict[str, bytes | str] = {"h5p.json": "{}", "index.html": PAGE}
    assert read(scorm_12(files=both)).kind == launch.SCORM_12
    assert read(h5p(files={"index.html": PAGE})).kind == launch.H5P


def test_titles_and_entry_pages() -> None:
    assert (read(scorm_12()).title, read(scorm_12()).entry) == ("Fire safety", "start.html")
    assert (read(scorm_2004()).title, read(scorm_2004()).entry) == ("First aid", "start.html")
    assert (read(h5p()).title, read(h5p()).entry) == ("True or false", "h5p.json")
    page = "<html><TITLE lang='en'>\n Rocks &amp;\n stones </TITLE>"
    assert read(zip_of({"index.html": page})) == Launch(launch.HTML_PACKAGE, "Rocks & stones", "index.html")
    assert read(zip_of({"index.html": "<p>"})).title == ""


@pytest.mark.parametrize("files", [{}, {"page.html": PAGE}, {"a/b/index.html": PAGE, "a/x.txt": ""}])
def test_a_package_without_an_entry_page_is_refused(files: dict[str, bytes]) -> None:
    assert refusal(zip_of(files)) == refusals.NO_ENTRY_PAGE


def test_parts_keep_the_order_of_the_manifest() -> None:
    package = scorm_2004(pages=["b.html", "a.html", "c.html"], edition="3rd")
    assert [part.href for part in read(package).parts] == ["b.html", "a.html", "c.html"]
    inside = ITEM.format(n=2, more="", inside="")
    items = f"<item identifier='folder'><title>Chapter</title>{inside}</item>" + ITEM.format(
        n=1, more="", inside=""
    )
    resources = SCO.format(n=1, href="start.html") + SCO.format(n=2, href="two.html")
    found = read(scorm_12(items=items, resources=resources, files={"two.html": PAGE}))
    assert [(part.part_id, part.href) for part in found.parts] == [("i2", "two.html"), ("i1", "start.html")]
    assert found.entry == "two.html"


def test_scorm_12_has_a_mastery_score_and_launch_data() -> None:
    inside = "<adlcp:masteryscore> 80 </adlcp:masteryscore><adlcp:datafromlms>mode=exam</adlcp:datafromlms>"
    package = scorm_12(items=ITEM.format(n=1, more="", inside=inside))
    assert read(package).parts == (Part("i1", "Part 1", "start.html", "mode=exam", mastery_score=80),)
    for score in ("eighty", "101", "-1", "nan"):
        changed = inside.replace("80", score)
        assert read(scorm_12(items=ITEM.format(n=1, more="", inside=changed))).parts[0].mastery_score is None


OBJECTIVES = """<imsss:sequencing><imsss:objectives>
  <imsss:primaryObjective objectiveID="main" satisfiedByMeasure="{by}">{measure}</imsss:primaryObjective>
  <imsss:objective objectiveID="second"/></imsss:objectives></imsss:sequencing>"""


@pytest.mark.parametrize(
    ("by", "measure", "passing"), [("true", "0.8", 0.8), ("true", None, 1.0), ("false", "0.8", None)]
)
def test_scorm_2004_has_objectives_and_a_passing_score(
    by: str, measure: str | None, passing: float | None
) -> None:
    said = f"<imsss:minNormalizedMeasure>{measure}</imsss:minNormalizedMeasure>" if measure else ""
    inside = OBJECTIVES.format(by=by, measure=said) + "<adlcp:dataFromLMS>x</adlcp:dataFromLMS>"
    part = read(scorm_2004(items=ITEM.format(n=1, more="", inside=inside))).parts[0]
    assert (part.passing_score, part.objective_ids, part.launch_data) == (passing, ("main", "second"), "x")


def test_scorm_2004_has_a_completion_threshold_in_two_ways() -> None:
    third = "<adlcp:completionThreshold>0.5</adlcp:completionThreshold>"
    fourth = '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.75"/>'
    found = [
        read(scorm_2004(items=ITEM.format(n=1, more="", inside=inside))).parts[0].completion_threshold
        for inside in (third, fourth, "")
    ]
    assert found == [0.5, 0.75, None]


def test_parameters_and_folders_make_the_page_of_a_part() -> None:
    resource = SCO.format(n=1, href="my page.html?lang=en").replace(" href", ' xml:base="a/b/" href')
    items = ITEM.format(n=1, more='parameters="?mode=exam"', inside="")
    found = read(scorm_12(items=items, resources=resource, files={"a/b/my page.html": PAGE}))
    assert found.parts[0].href == "a/b/my page.html?lang=en&mode=exam"
    assert found.entry == "a/b/my page.html"
    encoded = SCO.format(n=1, href="my%20page.html")
    assert read(scorm_12(resources=encoded, files={"my page.html": PAGE})).entry == "my page.html"


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("absent.html", refusals.ENTRY_PAGE_MISSING),
        ("START.html", refusals.ENTRY_PAGE_MISSING),
        ("https://example.com/start.html", refusals.ENTRY_PAGE_MISSING),
        ("//example.com/start.html", refusals.ENTRY_PAGE_MISSING),
        ("javascript:alert(1)", refusals.ENTRY_PAGE_MISSING),
        ("http://[", refusals.ENTRY_PAGE_MISSING),
        ("../start.html", refusals.PATH_TRAVERSAL),
        ("%2e%2e/start.html", refusals.PATH_TRAVERSAL),
        ("a\\start.html", refusals.PATH_TRAVERSAL),
        ("/start.html", refusals.PATH_TRAVERSAL),
        ("", refusals.NO_ENTRY_PAGE),
    ],
)
def test_a_part_whose_page_is_not_in_the_package_is_refused(href: str, code: str) -> None:
    assert refusal(scorm_12(resources=SCO.format(n=1, href=href))) == code


def test_an_item_without_its_resource_is_refused() -> None:
    assert refusal(scorm_12(items=ITEM.format(n=7, more="", inside=""))) == refusals.ENTRY_PAGE_MISSING


def test_a_manifest_that_launches_nothing_is_refused() -> None:
    none = scorm_12(items="<item identifier='i'/>", resources="<resource identifier='r' href='start.html'/>")
    assert refusal(none) == refusals.NO_ENTRY_PAGE


BOMB = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><manifest>&b;</manifest>'
FILE = '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><manifest>&a;</manifest>'


@pytest.mark.parametrize("manifest", ["", "<manifest>", "<other/>", "no xml", "\0", BOMB, FILE])
def test_a_manifest_that_cannot_be_read_is_refused(manifest: str) -> None:
    assert refusal(zip_of({"imsmanifest.xml": manifest, "start.html": PAGE})) == refusals.MANIFEST_INVALID


@pytest.mark.parametrize("described", ["", "[]", "{}", '{"mainLibrary": 1}', "[" * 60_000])
def test_a_description_that_cannot_be_read_is_refused(described: str) -> None:
    assert refusal(zip_of({"h5p.json": described, "index.html": PAGE})) == refusals.MANIFEST_INVALID


@pytest.mark.parametrize("name", ["content/content.json", "H5P.TrueFalse-1.6/library.json"])
def test_an_h5p_package_needs_its_content_and_its_library(name: str) -> None:
    assert refusal(h5p(without=[name])) == refusals.ENTRY_PAGE_MISSING


def test_a_player_reads_everything_as_json() -> None:
    shown = json.loads(read(scorm_2004()).to_json())
    assert shown["kind"] == "scorm-2004"
    assert shown["parts"][0] == {
        "partId": "i1",
        "title": "start.html",
        "href": "start.html",
        "launchData": "",
        "masteryScore": None,
        "passingScore": None,
        "completionThreshold": None,
        "objectiveIds": [],
    }
