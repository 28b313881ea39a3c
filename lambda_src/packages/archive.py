"""Reads the files of a zip, and trusts nothing that the zip says about itself.

`zipfile` reads the list of files at the end of the zip. The files themselves are read here: what a file unpacks to is
counted, so that a file that is longer, shorter or other than the list says is refused. Memory stays flat: neither the
zip nor a file of it is ever held as a whole.

The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from packages import media_types, names
from packages.refusals import (
    COMPRESSION_UNKNOWN,
    DAMAGED,
    ENCRYPTED,
    NOT_A_ZIP,
    RATIO_TOO_HIGH,
    SPECIAL_FILE,
    SYMBOLIC_LINK,
    TOO_LARGE,
    TOO_MANY_FILES,
    Refused,
    quoted,
)

MOST_FILES = 5_000
MOST_BYTES = 1024**3
MOST_RATIO = 200
# A few repeated lines have a high ratio and are no danger.
_RATIO_COUNTS_FROM = 64 * 1024
# The list of 5,000 files with long names. The list of more files is not read.
_MOST_LIST_BYTES = 4 * 1024**2
_BLOCK = 256 * 1024

_ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
_UTF8_FLAG = 0x800
# Signature, flags, method, and the lengths of the name and of the extra fields.
_LOCAL_HEADER = struct.Struct("<4s2xHH16xHH")
_LOCAL_SIGNATURE = b"PK\x03\x04"


@dataclass(frozen=True)
class Member:
    """A file of the package: its name, and its bytes unpacked and packed as the zip's list says."""

    name: str
    size: int
    packed: int
    media_type: str
    info: zipfile.ZipInfo


class Archive:
    """A zip whose list of files fits the rules.

    Attributes:
        members: the files in the order in which they are in the zip. Where all are in one folder, because the zip was
            made of the folder and not of what is in it, their names are without it.
        unpacked_bytes: the size of all files together.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """Read and check the list of files. `file` must be able to seek.

        Raises:
            Refused: it is not a zip, or the list breaks a rule.
        """
        self._file = file
        members = [_member(info) for info in _listed(file)]
        files = [each for each in members if not each.name.endswith("/")]
        if len(files) > MOST_FILES:
            raise _too_many()
        folders = {each.name for each in members} - {each.name for each in files}
        names.check_distinct([*(each.name for each in files), *folders])
        kept = _out_of_folder([each for each in files if not names.is_left_out(each.name)])
        self.members = tuple(sorted(kept, key=lambda each: each.info.header_offset))
        self.unpacked_bytes = sum(each.size for each in self.members)
        self._check_sizes()
        self._by_name = {name: each for each in self.members for name in names.forms(each.name)}
        self._by_folded = {names.folded(each.name): each for each in self.members}

    def find(self, name: str) -> Member | None:
        """The file that is stored under that name, or None."""
        return self._by_name.get(name)

    def find_in_any_case(self, name: str) -> Member | None:
        """The file of that name in capital or small letters, or None."""
        return self._by_folded.get(names.folded(name))

    def read(self, member: Member, most: int) -> bytes:
        """The bytes of a small file, or only its first `most` bytes.

        Raises:
            Refused: the file is damaged.
        """
        found = b""
        for chunk in self.chunks(member):
            found += chunk
            if len(found) >= most:
                return found[:most]
        return found

    def chunks(self, member: Member) -> Iterator[bytes]:
        """The bytes of a file, piece by piece. What was given counts only when the last piece came without an error.

        Raises:
            Refused: the file is damaged, or is not as long as the zip's list says.
        """
        size = checksum = 0
        for chunk in self._unpacked(member):
            size += len(chunk)
            if size > member.size:
                raise _damaged(member)
            checksum = zlib.crc32(chunk, checksum)
            yield chunk
        if (size, checksum) != (member.size, member.info.CRC):
            raise _damaged(member)

    def _check_sizes(self) -> None:
        if self.unpacked_bytes > MOST_BYTES:
            raise Refused(
                TOO_LARGE, f"The package unpacks to more than {MOST_BYTES // 1024**3} GiB, which is the most."
            )
        for each in self.members:
            _check_ratio(each.size, each.packed, f"The file {quoted(each.name)}")
        _check_ratio(self.unpacked_bytes, sum(each.packed for each in self.members), "The package")
        # Files that share bytes would unpack to much more than the zip has.
        end = 0
        for each in self.members:
            if each.info.header_offset < end:
                raise _damaged(each)
            end = each.info.header_offset + _LOCAL_HEADER.size + each.packed

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        self._file.seek(self._data_offset(member))
        if not member.packed and not member.size:
            return  # some programs write for an empty file that it is deflated, and leave out the end of that
        if member.info.compress_type == zipfile.ZIP_STORED:
            yield from self._packed(member)
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        blocks = self._packed(member)
        pending = b""
        try:
            while not inflater.eof:
                pending = pending or next(blocks, b"")
                had_input = bool(pending)
                chunk = inflater.decompress(pending, _BLOCK)
                pending = inflater.unconsumed_tail
                if chunk:
                    yield chunk
                elif not had_input and not inflater.eof:
                    raise _damaged(member)
        except zlib.error as error:
            raise _damaged(member) from error
        if inflater.unused_data or next(blocks, b""):
            raise _damaged(member)

    def _packed(self, member: Member) -> Iterator[bytes]:
        left = member.packed
        while left:
            block = self._file.read(min(_BLOCK, left))
            if not block:
                raise _damaged(member)
            left -= len(block)
            yield block

    def _data_offset(self, member: Member) -> int:
        """Where the bytes of a file begin. Its header there must say the same as the list."""
        info = member.info
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size:
            raise _damaged(member)
        signature, flags, method, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        name = self._file.read(name_length)
        encoding = "utf-8" if info.flag_bits & _UTF8_FLAG else "cp437"
        is_same = (
            signature == _LOCAL_SIGNATURE
            and method == info.compress_type
            and not flags & _ENCRYPTED_FLAGS
            and name.decode(encoding, "replace") == info.orig_filename
        )
        if not is_same:
            raise _damaged(member)
        offset: int = info.header_offset + len(header) + name_length + extra_length
        return offset


class _ListOnly:
    """The file as `zipfile` may read it: the end of the zip and a list of a limited length."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _MOST_LIST_BYTES:
            raise _too_many()
        return self._file.read(_MOST_LIST_BYTES if size < 0 else size)


def _listed(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(_ListOnly(file)) as opened:
            return opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OverflowError) as error:
        raise Refused(NOT_A_ZIP, "The file is not a zip, or it is damaged.") from error


def _member(info: zipfile.ZipInfo) -> Member:
    name = _name(info)
    names.check(name)
    if info.flag_bits & _ENCRYPTED_FLAGS:
        raise Refused(ENCRYPTED, "The package is encrypted. Make it again without a password.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Refused(SYMBOLIC_LINK, f"{quoted(name)} is a symbolic link, not a file.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused(SPECIAL_FILE, f"{quoted(name)} is neither a file nor a folder.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(
            COMPRESSION_UNKNOWN, "The package is compressed in an unusual way. Make an ordinary zip of it."
        )
    left_out = name.endswith("/") or names.is_left_out(name)
    media_type = media_types.BYTES if left_out else media_types.media_type_of(name)
    return Member(name, info.file_size, info.compress_size, media_type, info)


def _name(info: zipfile.ZipInfo) -> str:
    """A file's name. `orig_filename` has what `filename` leaves out: all from a null byte on."""
    name = info.orig_filename
    return name if info.flag_bits & _UTF8_FLAG else names.decoded(name.encode("cp437"))


def _out_of_folder(members: list[Member]) -> list[Member]:
    folder = names.common_folder(each.name for each in members)
    found = [replace(each, name=each.name.removeprefix(folder)) for each in members]
    for each in found:
        names.check(each.name)
    return found


def _check_ratio(size: int, packed: int, what: str) -> None:
    if size > _RATIO_COUNTS_FROM and size > MOST_RATIO * packed:
        raise Refused(
            RATIO_TOO_HIGH,
            f"{what} unpacks to more than {MOST_RATIO} times its size, as no real content does.",
        )


def _too_many() -> Refused:
    return Refused(TOO_MANY_FILES, f"The package has more than {MOST_FILES:,} files.")


def _damaged(member: Member) -> Refused:
    return Refused(DAMAGED, f"The file {quoted(member.name)} is damaged in the zip. Make the package again.")
