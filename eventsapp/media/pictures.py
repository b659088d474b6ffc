"""A picture made anew from its points: nothing else of the file that was given goes on (pure).

As the OWASP File Upload Cheat Sheet asks: the kind is told by content, never by name; the size is
read before anything is decoded; the image is rewritten, so that no position (EXIF GPS), comment,
script or second file hidden in it is ever shown. Pillow is asked for three decoders only.
"""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms

from eventsapp.refusals import Refusal, msgid

MOST_POINTS = 24_000_000
"""Width times height: what a phone takes (6000 by 4000). Decoded, that is 72 MB."""

LARGE, SMALL = 1600, 480
"""The longest side, in points: a page of two columns on a fine screen; a line of a list."""

MOST_SCANS = 64
"""Passes of a progressive JPEG: cameras write about ten; thousands keep a decoder busy for minutes."""

QUALITY, EFFORT = 80, 4
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How each value of EXIF's Orientation (CIPA DC-008 4.6.4) comes upright."""

Image.MAX_IMAGE_PIXELS = MOST_POINTS  # Pillow's own second look; the first is ours
_ONE_AT_A_TIME = threading.Lock()
"""A process decodes one picture at a time: threads share its memory."""


class PictureUnreadable(Refusal):
    """No JPEG, PNG or WebP, or a broken one."""

    sentence = msgid("Nous ne savons pas lire cette image. Choisissez une photo JPEG, PNG ou WebP.")


class PictureTooHeavy(Refusal):
    """More octets than are taken."""

    sentence = msgid("Cette image est trop lourde : %(most)s Mo au plus.")


class PictureTooLarge(Refusal):
    """More points than are decoded."""

    sentence = msgid("Cette image est trop grande : %(most)s millions de points au plus.")


@dataclass(frozen=True)
class Rendering:
    """A picture in one size, as WebP."""

    octets: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Renewed:
    """A picture in both sizes."""

    large: Rendering
    small: Rendering


def renew(octets: bytes, *, most: int) -> Renewed:
    """Reads a picture of at most `most` octets and writes it anew; the same file gives the same octets.

    The first image of a film, upright, in sRGB, on white where it is transparent, and never larger than
    it came. Raises PictureTooHeavy, PictureUnreadable, PictureTooLarge, before it decodes where it can.
    """
    if len(octets) > most:
        raise PictureTooHeavy(field="picture", most=most // 1024**2)
    kind = _kind_of(octets)
    if kind is None or (kind == "JPEG" and octets.count(b"\xff\xda") > MOST_SCANS):
        raise PictureUnreadable(field="picture")
    if kind == "WEBP":  # Pillow takes the memory of the whole canvas when it opens one
        _refuse_large(*_webp_size(octets))
    with _ONE_AT_A_TIME:
        try:
            points = _points_of(octets, kind)
            return Renewed(_written(points, LARGE), _written(points, SMALL))
        except Refusal:
            raise
        except Image.DecompressionBombError as error:  # twice too large: Pillow does not even open it
            raise PictureTooLarge(field="picture", most=MOST_POINTS // 1_000_000) from error
        except Exception as error:  # decoders fail in a dozen ways, all of them the file's fault
            raise PictureUnreadable(field="picture") from error


def for_paper(octets: bytes) -> bytes:
    """One of our own pictures as JPEG, which a PDF holds as it is; a WebP would become ten times heavier."""
    with _ONE_AT_A_TIME, Image.open(BytesIO(octets), formats=["WEBP"]) as image:
        file = BytesIO()
        image.convert("RGB").save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _kind_of(octets: bytes) -> str | None:
    """What it is by its first octets; None for anything that we do not take."""
    if octets.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if octets.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP" else None


def _webp_size(octets: bytes) -> tuple[int, int]:
    """The width and height that a WebP file declares (RFC 9649 2.5 to 2.7). Raises PictureUnreadable."""
    chunk, head = octets[12:16], octets[20:30]
    if len(head) == 10 and chunk == b"VP8X":
        width, height = head[4:7] + b"\0", head[7:10] + b"\0"
        return 1 + struct.unpack("<I", width)[0], 1 + struct.unpack("<I", height)[0]
    if len(head) == 10 and chunk == b"VP8L" and head[0] == 0x2F:
        bits = struct.unpack("<I", head[1:5])[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if len(head) == 10 and chunk == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise PictureUnreadable(field="picture")


def _refuse_large(width: int, height: int) -> None:
    if width * height > MOST_POINTS:
        raise PictureTooLarge(field="picture", most=MOST_POINTS // 1_000_000)


def _points_of(octets: bytes, kind: str) -> Image.Image:
    """The first image, upright, opaque, in sRGB, at most LARGE a side, and nothing but its points."""
    with Image.open(BytesIO(octets), formats=[kind]) as image:
        _refuse_large(*image.size)
        image.draft(None, (LARGE, LARGE))  # JPEG: decodes a half or a quarter of the points
        image.load()
        turn = TURNS.get(_orientation(image))
        profile = image.info.get("icc_profile")
        scaled = _scaled(_of_eight_bits(image), LARGE)
    if turn is not None:
        scaled = scaled.transpose(turn)
    return _in_srgb(_on_white(scaled), profile)


def _orientation(image: Image.Image) -> int:
    """EXIF's Orientation; upright where the block is broken, which many programs write."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # as for decoders: whatever is wrong with it, the picture is there
        return 1


def _of_eight_bits(image: Image.Image) -> Image.Image:
    """In a mode that scales well: palettes, one bit and sixteen bits become eight."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"P", "PA", "1"} or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _scaled(image: Image.Image, longest: int) -> Image.Image:
    """At most `longest` a side, in proportion; never larger than it was."""
    width, height = image.size
    ratio = min(1.0, longest / max(width, height))
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency: a black logo would vanish on a page in dark mode."""
    if image.mode not in {"RGBA", "LA"}:
        return image
    clear = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """In the colours that every screen supposes; a profile that is broken or another mode's is ignored.

    The points go to a new image: whatever else the file said stays behind.
    """
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            changed = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            image = changed or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    bare = Image.new("RGB", image.size)
    bare.paste(image.convert("RGB"))
    return bare


def _written(points: Image.Image, longest: int) -> Rendering:
    scaled, file = _scaled(points, longest), BytesIO()
    scaled.save(file, "WEBP", quality=QUALITY, method=EFFORT, exif=b"", icc_profile=b"", xmp=b"")
    return Rendering(file.getvalue(), *scaled.size)
