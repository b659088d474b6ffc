"""Files that somebody might send as a picture: honest ones, and others."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

ORIENTATION, GPS = 0x0112, 0x8825
PLACE = {1: "N", 2: (48.0, 53.0, 36.96), 3: "E", 4: (2.0, 22.0, 35.04)}
"""Where the photo was taken: somebody's home."""

Size = tuple[int, int]


def written(image: Image.Image, kind: str, **how: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def a_drawing(size: Size = (900, 600), mode: str = "RGB") -> Image.Image:
    """Red in the upper left quarter, blue elsewhere: one sees how it is turned."""
    image = Image.new("RGB", size, "blue")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def a_photo(size: Size = (900, 600), *, kind: str = "JPEG", orientation: int = 1, **how: Any) -> bytes:
    """As a phone writes it: with its position, its maker and which side is up."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "Phone of Nadia"
    exif[GPS] = PLACE
    return written(a_drawing(size), kind, exif=exif.tobytes(), **how)


def corners(octets: bytes) -> list[str]:
    """The colours of the four quarters, row by row."""
    image = Image.open(BytesIO(octets)).convert("RGB")
    wide, high = image.size
    places = [(x, y) for y in (high // 4, 3 * high // 4) for x in (wide // 4, 3 * wide // 4)]
    return ["red" if _at(image, place)[0] > 128 else "blue" for place in places]


def _at(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    point = image.getpixel(place)
    assert isinstance(point, tuple)
    return point


def a_png(width: int, height: int, chunks: bytes = b"", data: bytes = b"") -> bytes:
    """A PNG that declares this size; its points are for whoever decodes it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + chunks + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )


def a_bomb(side: int = 40_000) -> bytes:
    """Some hundred kilobytes that become gigabytes: as many rows of black as it takes."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * side)
    data = b"".join(packer.compress(row) for _ in range(side // 40)) + packer.flush()
    return a_png(side, side, data=data)


def a_webp(width: int, height: int) -> bytes:
    """A WebP whose canvas (VP8X) is of that size, around one small image."""
    small = written(a_drawing((8, 8)), "WEBP", lossless=True)[12:]
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas + small
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def another_profile() -> bytes:
    """An ICC profile (ICC.1 7.3) whose red is sRGB's green, and the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for entry in range(132, 132 + 12 * struct.unpack(">I", profile[128:132])[0], 12):
        name = bytes(profile[entry : entry + 4])
        profile[entry : entry + 4] = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(name, name)
    return bytes(profile)
