"""Course packages made by tests: zips with the given files, and the manifests that make SCORM packages of them.

There are no binary fixtures: each package, also each malicious one, is made by the test that needs it.
"""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

PAGE = b"<!doctype html><title>A page</title><p>Read this."
Files = Mapping[str, bytes | str]


def zip_of(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An ordinary zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@dataclass
class RawMember:
    """A file of a zip as an attacker writes it: each field of its headers as given.

    `listed_…` is what the list at the end says where it differs from the header before the bytes. None: no difference.
    """

    name: bytes
    content: bytes = b""
    flags: int = 0x800
    method: int = 8
    attributes: int = 0
    listed_size: int | None = None
    listed_packed: int | None = None
    listed_crc: int | None = None
    local_name: bytes | None = None
    local_method: int | None = None
    packed: bytes | None = None


def raw_zip(members: Sequence[RawMember]) -> bytes:
    """A zip of members whose headers say what the test wants."""
    body, listed = b"", b""
    for each in members:
        packed = each.packed
        if packed is None:
            packed = deflated(each.content) if each.method == 8 else each.content
        size = len(each.content) if each.listed_size is None else each.listed_size
        packed_size = len(packed) if each.listed_packed is None else each.listed_packed
        crc = zlib.crc32(each.content) if each.listed_crc is None else each.listed_crc
        local_name = each.name if each.local_name is None else each.local_name
        local_method = each.method if each.local_method is None else each.local_method
        offset = len(body)
        numbers = (crc, packed_size, size)
        body += struct.pack(
            "<4s5H3I2H", b"PK\x03\x04", 20, each.flags, local_method, 0, 0x21, *numbers, len(local_name), 0
        )
        body += local_name + packed
        listed += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 0x314, 20, each.flags, each.method, 0, 0x21, *numbers,
            len(each.name), 0, 0, 0, 0, each.attributes, offset,
        ) + each.name  # fmt: skip
    count = min(len(members), 0xFFFF)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(listed), len(body), 0)
    return body + listed + end


def deflated(content: bytes) -> bytes:
    """Bytes as a zip packs them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def scorm_12(
    *, files: Files | None = None, items: str = "", resources: str = "", version: str = "1.2"
) -> bytes:
    """A SCORM 1.2 package with one SCO, or with the given items and resources."""
    manifest = f"""<?xml version="1.0"?>
    <manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
        xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
      <metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
      <organizations default="o"><organization identifier="o"><title>Fire safety</title>
        {items or '<item identifier="i1" identifierref="r1"><title>Start</title></item>'}
      </organization></organizations>
      <resources>
        {resources or '<resource identifier="r1" type="webcontent" adlcp:scormtype="sco" href="start.html"/>'}
      </resources>
    </manifest>"""
    return zip_of({"imsmanifest.xml": manifest, "start.html": PAGE, **(files or {})})


def scorm_2004(
    *,
    files: Files | None = None,
    items: str = "",
    pages: Sequence[str] = ("start.html",),
    edition: str = "4th",
) -> bytes:
    """A SCORM 2004 package with a SCO for each page, or with the given items."""
    made = "".join(
        f'<item identifier="i{n}" identifierref="r{n}"><title>{escape(page)}</title></item>'
        for n, page in enumerate(pages, 1)
    )
    resources = "".join(
        f'<resource identifier="r{n}" type="webcontent" adlcp:scormType="sco" href={quoteattr(page)}/>'
        for n, page in enumerate(pages, 1)
    )
    manifest = f"""<?xml version="1.0"?>
    <manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
        xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
      <metadata><schema>ADL SCORM</schema><schemaversion>2004 {edition} Edition</schemaversion></metadata>
      <organizations default="o"><organization identifier="o"><title>First aid</title>{items or made}</organization>
      </organizations>
      <resources>{resources}</resources>
    </manifest>"""
    return zip_of({"imsmanifest.xml": manifest, **dict.fromkeys(pages, PAGE), **(files or {})})


def h5p(*, title: str = "True or false", files: Files | None = None, without: Sequence[str] = ()) -> bytes:
    """An H5P package with an empty library."""
    described = {"title": title, "mainLibrary": "H5P.TrueFalse", "language": "en", "embedTypes": ["div"]}
    made: dict[str, bytes | str] = {
        "h5p.json": json.dumps(described),
        "content/content.json": "{}",
        "H5P.TrueFalse-1.6/library.json": "{}",
        **(files or {}),
    }
    return zip_of({name: content for name, content in made.items() if name not in without})
