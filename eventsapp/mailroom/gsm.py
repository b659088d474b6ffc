"""What fits into a text message: the alphabet of GSM 03.38 and how many segments a text takes.

Pure. A text in that alphabet takes 160 signs, or 153 in each of several segments (3GPP TS 23.038 6.2.1,
TS 23.040 9.2.3.24.1); with one sign outside it, all of it is sent as UCS-2: 70, or 67 in each.
"""

from __future__ import annotations

from eventsapp.typed import composed

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet, table 6.2.1 of TS 23.038."""
EXTENDED = frozenset("^{}\\[~]|€")
"""They take two signs each."""

_OTHERWISE = {
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "œ": "oe",
    "Œ": "OE",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}


def plain(text: str) -> str:
    """`text` in signs that cost least: typographic ones become typed ones, « ê » becomes « e ».

    What has no such form (other scripts) stays as it is: a name is never mangled to save a segment.
    """
    return "".join(_plain_sign(sign) for sign in composed(text))


def is_basic(text: str) -> bool:
    """Whether the alphabet of GSM 03.38 has every sign."""
    return all(sign in ALPHABET or sign in EXTENDED for sign in text)


def segments(text: str) -> int:
    """How many segments a text takes; what a provider counts and bills."""
    if is_basic(text):
        length, alone, each = len(text) + sum(sign in EXTENDED for sign in text), 160, 153
    else:
        length, alone, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // each)


def cut(text: str, most: int) -> str:
    """`text`, or its first words and « ... » in at most `most` signs."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    kept = text[: most - 2]
    whole_words = kept.rsplit(" ", 1)[0] if " " in kept else kept[:-1]
    return whole_words[: most - 3].rstrip(" ,;:.-") + "..."


def _plain_sign(sign: str) -> str:
    if sign in ALPHABET or sign in EXTENDED:
        return sign
    if sign in _OTHERWISE:
        return _OTHERWISE[sign]
    bare = composed(sign, "NFD")[0]
    return bare if bare in ALPHABET else sign
