"""Makes a long MP4 file of a short one: empty bytes between two pictures, which a player skips."""

import struct

_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def stretched(film: bytes, picture: int, empty: int) -> bytes:
    """The film with `empty` bytes before its picture of this number, counted from 0.

    The film has one track whose pictures lie in one piece, and its index (`moov`) comes first, as
    local_platform.demo.make_film makes it. ISO/IEC 14496-12 has the boxes.
    """
    (sizes_at, _), (places_at, _), (index_at, _) = (_box(film, name) for name in (b"stsz", b"stco", b"moov"))
    pieces_at, pieces_end = _box(film, b"stsc")
    (pictures,) = struct.unpack_from(">I", film, sizes_at + 16)
    sizes = struct.unpack_from(f">{pictures}I", film, sizes_at + 20)
    pieces, begin = struct.unpack_from(">2I", film, places_at + 12)
    assert pieces == 1, "the pictures must lie in one piece"
    # Two pieces instead of one need 12 bytes more in `stsc` and 4 in `stco`.
    more, before = 16, sum(sizes[:picture])
    cut = begin + before
    two = struct.pack(">I4s2I6I", 40, b"stsc", 0, 2, 1, picture, 1, 2, pictures - picture, 1)
    places = struct.pack(">I4s2I2I", 24, b"stco", 0, 2, begin + more, begin + more + before + empty)
    assert pieces_end <= places_at > sizes_at > index_at
    longer = bytearray(
        film[:pieces_at]
        + two
        + film[pieces_end:places_at]
        + places
        + film[places_at + 20 : cut]
        + bytes(empty)
        + film[cut:]
    )
    for name in _PARENTS:
        _grow(longer, film, name, more, 0)
    _grow(longer, film, b"mdat", empty, more)
    return bytes(longer)


def _box(film: bytes, name: bytes) -> tuple[int, int]:
    """Where a box begins and ends."""
    begin = film.index(name) - 4
    (size,) = struct.unpack_from(">I", film, begin)
    return begin, begin + size


def _grow(longer: bytearray, film: bytes, name: bytes, by: int, moved: int) -> None:
    begin, end = _box(film, name)
    struct.pack_into(">I", longer, begin + moved, end - begin + by)
