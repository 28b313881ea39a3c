"""No zip, whatever is in it, writes a file outside its folder, or a part of one."""

import io
import zipfile
import zlib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.package_zips import PAGE, RawMember, deflated, raw_zip
from tests.unit.packages.package_world import EARLIER, FOLDER, World, world_of

PARTS = st.sampled_from(
    ["", ".", "..", "a", "A", "é", "e\u0301", "b.html", "C:", "a\\b", "%2e%2e", "index.html", "\0", "x" * 300]
)
NAMES = st.one_of(
    st.lists(PARTS, min_size=1, max_size=4).map("/".join), st.text(max_size=20), st.just("index.html")
)
CONTENTS = st.one_of(st.binary(max_size=300), st.just(bytes(400_000)))
MAYBE_NUMBER = st.none() | st.integers(0, 2**32 - 1)


@st.composite
def members(draw: st.DrawFn) -> RawMember:
    """A file of a zip, in most cases an honest one."""
    content = draw(CONTENTS)
    member = RawMember(
        draw(NAMES).encode("utf-8", "surrogatepass"), content, method=draw(st.sampled_from([0, 8]))
    )
    if draw(st.booleans()):
        return member
    member.flags = draw(st.sampled_from([0, 0x1, 0x8, 0x40, 0x800, 0x801]))
    member.attributes = draw(st.sampled_from([0, 0o120777 << 16, 0o100644 << 16, 0o040755 << 16, 0x10]))
    member.listed_size = draw(MAYBE_NUMBER)
    member.listed_packed = draw(MAYBE_NUMBER)
    member.listed_crc = draw(st.none() | st.just(zlib.crc32(content[:5])))
    member.packed = draw(st.none() | st.binary(max_size=100) | st.just(deflated(content) + b"more"))
    member.local_name = draw(st.none() | st.binary(max_size=10))
    return member


def written(package: bytes) -> World:
    """The bucket after a run, with only that package's files."""
    world = world_of(package)
    world.run()
    assert world.files.pop(EARLIER, b"earlier") == b"earlier"
    return world


@settings(deadline=None, max_examples=300)
@given(st.lists(members(), max_size=5), st.binary(max_size=20), st.booleans())
@example([RawMember(b"../index.html", PAGE)], b"", True)
@example([RawMember(b"x.txt", PAGE[:5], packed=deflated(PAGE))], b"", True)
def test_no_file_is_written_outside_its_folder_or_in_part(
    files: list[RawMember], more: bytes, has_index: bool
) -> None:
    index = [RawMember(b"index.html", PAGE)] if has_index else []
    world = written(raw_zip([*index, *files]) + more)
    if world.state()["state"] != "ready":
        assert world.files == {}, "nothing of a refused package stays"
        return
    whole = {each.name: each.content for each in [*index, *files]}
    del world.files[f"{FOLDER}launch.json"]
    assert world.files
    for key, content in world.files.items():
        name = key.removeprefix(f"{FOLDER}files/")
        assert key.startswith(f"{FOLDER}files/")
        assert not {"", ".", ".."} & set(name.split("/"))
        assert "\\" not in name
        sent = whole.get(name.encode())
        assert content == sent or sent is None, "another encoding of the name, with the same file"
        assert content in [each.content for each in [*index, *files]]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_zip_that_was_changed_anywhere_gives_the_same_files_or_none(data: st.DataObject) -> None:
    buffer = io.BytesIO()
    files = {"index.html": PAGE, "a/b.txt": b"abc" * 40, "c.bin": bytes(range(256))}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    package = bytearray(buffer.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(package) - 1), min_size=1, max_size=4)):
        package[place] = data.draw(st.integers(0, 255))
    world = written(bytes(package))
    world.files.pop(f"{FOLDER}launch.json", None)
    for content in world.files.values():
        assert content in files.values()
    if world.state()["state"] != "ready":
        assert world.files == {}
