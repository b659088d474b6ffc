"""Pictures made anew: what is shown holds the points and nothing else of what was given."""

from __future__ import annotations

import random
import struct
import tracemalloc
from io import BytesIO

import pytest
from PIL import Image

from eventsapp.media import pictures
from eventsapp.media.pictures import (
    PictureTooHeavy,
    PictureTooLarge,
    PictureUnreadable,
    Renewed,
    renew,
)
from eventsapp.refusals import Refusal
from tests.photos import (
    a_bomb,
    a_drawing,
    a_photo,
    a_png,
    a_webp,
    another_profile,
    corners,
    written,
)

MOST = 6 * 1024**2
SECRETS = (b"Exif", b"GPS", b"Nadia", b"ICC", b"XMP", b"http", b"script", b"alert", b"<?xpacket")


def renewed(octets: bytes) -> Renewed:
    return renew(octets, most=MOST)


def opened(octets: bytes) -> Image.Image:
    return Image.open(BytesIO(octets))


def chunks(octets: bytes) -> list[bytes]:
    """The names of the parts of a WebP file (RFC 9649 2.3)."""
    found, place = [], 12
    while place < len(octets):
        found.append(octets[place : place + 4])
        size = struct.unpack("<I", octets[place + 4 : place + 8])[0]
        place += 8 + size + size % 2
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_position_maker_and_profile_stay_behind(kind: str) -> None:
    given = a_photo(kind=kind, icc_profile=another_profile(), xmp=b"<?xpacket http://ns.adobe.com/?>")
    assert opened(given).getexif().get_ifd(0x8825) != {}
    assert b"Nadia" in given
    for made in (renewed(given).large, renewed(given).small):
        assert chunks(made.octets) == [b"VP8 "]
        assert [secret for secret in SECRETS if secret in made.octets] == []
        assert dict(opened(made.octets).getexif()) == {}
        assert "icc_profile" not in opened(made.octets).info


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "upright", "size"),
    [
        (1, "red blue blue blue", (900, 600)),
        (2, "blue red blue blue", (900, 600)),
        (3, "blue blue blue red", (900, 600)),
        (4, "blue blue red blue", (900, 600)),
        (5, "red blue blue blue", (600, 900)),
        (6, "blue red blue blue", (600, 900)),
        (7, "blue blue blue red", (600, 900)),
        (8, "blue blue red blue", (600, 900)),
        (9, "red blue blue blue", (900, 600)),
    ],
)
def test_it_comes_upright(kind: str, orientation: int, upright: str, size: tuple[int, int]) -> None:
    made = renewed(a_photo(kind=kind, orientation=orientation)).large
    assert (made.width, made.height) == opened(made.octets).size == size
    assert corners(made.octets) == upright.split()


@pytest.mark.parametrize(
    ("given", "large", "small"),
    [
        ((4000, 3000), (1600, 1200), (480, 360)),
        ((3000, 4000), (1200, 1600), (360, 480)),
        ((1600, 900), (1600, 900), (480, 270)),
        ((300, 200), (300, 200), (300, 200)),
        ((1, 1), (1, 1), (1, 1)),
        ((20_000, 1), (1600, 1), (480, 1)),
    ],
)
def test_it_is_made_smaller_and_never_larger(
    given: tuple[int, int], large: tuple[int, int], small: tuple[int, int]
) -> None:
    made = renewed(a_photo(given))
    assert [(one.width, one.height) for one in (made.large, made.small)] == [large, small]
    assert opened(made.small.octets).size == small


def test_the_same_file_gives_the_same_octets() -> None:
    assert renewed(a_photo()) == renewed(a_photo())
    assert renewed(a_photo()) == renewed(a_photo() + b"<script>alert(1)</script>")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_mode_of_the_three_kinds_is_read(mode: str) -> None:
    if mode == "I;16":
        image = Image.new("I;16", (900, 600), 65_535)
        assert opened(renewed(written(image, "PNG")).large.octets).convert("L").getpixel((5, 5)) == 255
        return
    kind = "JPEG" if mode == "CMYK" else "PNG"
    made = renewed(written(a_drawing(mode=mode), kind)).large
    assert (opened(made.octets).mode, made.width) == ("RGB", 900)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(kind: str) -> None:
    logo = Image.new("RGBA", (900, 600), (0, 0, 0, 0))
    assert opened(renewed(written(logo, kind)).large.octets).getpixel((450, 300)) == (255, 255, 255)
    palette = logo.convert("P")
    assert renewed(written(palette, "PNG", transparency=0)).large.width == 900


def test_of_a_film_only_the_first_image_stays() -> None:
    others = [Image.new("RGB", (900, 600), "green")] * 3
    for kind in ("WEBP", "PNG"):
        film = written(a_drawing(), kind, save_all=True, append_images=others)
        made = opened(renewed(film).large.octets)
        assert getattr(made, "n_frames", 1) == 1
        assert corners(renewed(film).large.octets) == ["red", "blue", "blue", "blue"]


def test_colours_are_those_that_the_profile_means() -> None:
    red = Image.new("RGB", (90, 60), (255, 0, 0))
    made = opened(renewed(written(red, "PNG", icc_profile=another_profile())).large.octets)
    point = made.getpixel((45, 30))
    assert isinstance(point, tuple)
    assert (point[0] < 20, point[1] > 235) == (True, True), point


def test_a_broken_profile_or_exif_spoils_no_photo() -> None:
    for how in ({"icc_profile": b"no profile"}, {"exif": b"Exif\0\0broken"}, {"icc_profile": b"\0" * 4000}):
        assert corners(renewed(written(a_drawing(), "JPEG", **how)).large.octets)[0] == "red"


HTML = b"<!doctype html><script>alert(document.domain)</script>"
POLYGLOTS = {
    "HTML in a comment": written(a_drawing(), "JPEG", comment=HTML),
    "HTML after the end": a_photo() + HTML,
    "a ZIP after the end": a_photo() + b"PK\x03\x04 alert",
    "a script in a text of a PNG": written(a_drawing(), "PNG") + HTML,
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_what_is_hidden_in_a_picture_does_not_come_through(name: str) -> None:
    made = renewed(POLYGLOTS[name])
    for one in (made.large, made.small):
        assert one.octets[:4] == b"RIFF"
        assert [secret for secret in (*SECRETS, b"PK\x03\x04") if secret in one.octets] == []


GIF = written(a_drawing(), "GIF")
REFUSED = {
    "nothing": b"",
    "a text": b"Bonjour",
    "a GIF": GIF,
    "a GIF that is a script": b"GIF89a/*" + GIF[8:] + b"*/=1;alert(1)",
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "HTML": HTML,
    "a PDF": b"%PDF-1.7 ",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "a TIFF": written(a_drawing(), "TIFF"),
    "a BMP": written(a_drawing(), "BMP"),
    "an icon": written(a_drawing((32, 32)), "ICO"),
    "a JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "an AVIF": b"\0\0\0\x20ftypavif",
    "the head of a JPEG": b"\xff\xd8\xff",
    "the head of a PNG": b"\x89PNG\r\n\x1a\n",
    "the head of a WebP": b"RIFF\0\0\0\0WEBP",
    "HTML with the head of a JPEG": b"\xff\xd8\xff" + HTML,
    "half a JPEG": a_photo()[: len(a_photo()) // 2],
    "half a PNG": written(a_drawing(), "PNG")[:400],
    "half a WebP": written(a_drawing(), "WEBP")[:400],
    "a PNG without points": a_png(10, 10),
    "a PNG of no width": a_png(0, 10),
    "a JPEG of ten thousand passes": a_photo(progressive=True) + b"\xff\xda" * 10_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_else_is_a_picture(name: str) -> None:
    with pytest.raises(PictureUnreadable) as refused:
        renewed(REFUSED[name])
    assert refused.value.field == "picture"


def test_a_heavy_file_is_not_even_looked_at() -> None:
    with pytest.raises(PictureTooHeavy) as refused:
        renew(b"\0" * (MOST + 1), most=MOST)
    assert str(refused.value) == "Cette image est trop lourde : 6 Mo au plus."
    assert renew(a_photo(), most=len(a_photo()))


@pytest.mark.parametrize(
    "bomb",
    [a_bomb(), a_png(2**31 - 1, 2**31 - 1), a_webp(16_384, 16_384), a_webp(2**24, 255), a_png(4901, 4900)],
    ids=["rows of black", "PNG", "WebP", "wide WebP", "one row too many"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # Pillow's second look
def test_a_bomb_is_refused_before_it_is_decoded(bomb: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(PictureTooLarge):
        renewed(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's about broken EXIF
def test_a_spoilt_file_is_refused_or_read_and_nothing_worse() -> None:
    """Bits turned at random: a Refusal or a picture, never our mistake."""
    luck = random.Random(19)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = a_photo((60, 40), kind=kind)
        for _ in range(150):
            spoilt = bytearray(whole)
            for _ in range(luck.randint(1, 12)):
                spoilt[luck.randrange(len(spoilt))] = luck.randrange(256)
            try:
                made = renewed(bytes(spoilt))
            except Refusal:
                continue
            assert chunks(made.large.octets) == [b"VP8 "]


def test_only_three_decoders_are_ever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    really = Image.open
    monkeypatch.setattr(
        pictures.Image, "open", lambda file, formats: asked.append(formats) or really(file, formats=formats)
    )
    for name in ("an SVG", "PostScript", "a TIFF", "HTML with the head of a JPEG"):
        with pytest.raises(PictureUnreadable):
            renewed(REFUSED[name])
    assert asked == [["JPEG"]]
