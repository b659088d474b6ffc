"""Colours read from tokens.css: contrast of each pair in use (WCAG 2.2) by day and by night."""

import re

import pytest

from eventsapp.settings import folder

THEMES = ("petite-enfance", "enfance", "jeunesse", "parentalite", "lien-social", "sport", "droits")
TINTS = tuple(f"t-{theme}-bg" for theme in THEMES)
STATES = ("error", "ok", "warn", "info")
PAPERS = ("paper", "surface", "wash")

PAIRS = [
    # (text or shape, background, least contrast)
    *[("ink", b, 7.0) for b in (*PAPERS, "wash-2", "canal-tint", "mimosa-tint", *TINTS)],
    *[("ink", f"{s}-tint", 7.0) for s in STATES],
    *[("ink-2", b, 4.5) for b in (*PAPERS, "mimosa-tint", *TINTS)],
    *[("link", b, 4.5) for b in (*PAPERS, "mimosa-tint", "info-tint", "error-tint", "ok-tint", "warn-tint")],
    *[(s, f"{s}-tint", 4.5) for s in STATES],
    *[("error", b, 4.5) for b in ("paper", "surface", *TINTS)],
    ("on-canal", "canal", 4.5),
    ("on-canal", "canal-dark", 4.5),
    ("canal", "canal-tint", 4.5),
    ("on-mimosa", "mimosa", 7.0),
    ("on-hero", "hero", 7.0),
    ("on-night", "night", 7.0),
    ("mimosa", "night", 4.5),
    ("paper", "ink", 7.0),
    ("ink-2", "wash-2", 4.5),
    # what is not text: borders, shapes, lines of a map
    *[("line-strong", b, 3.0) for b in PAPERS],
    ("canal", "wash-2", 3.0),
    *[(f"t-{t}", b, 3.0) for t in THEMES for b in ("paper", "surface", f"t-{t}-bg")],
    *[("glyph", f"t-{t}", 3.0) for t in THEMES],
    ("ink", "map-land", 7.0),
    ("ink", "map-water", 4.5),
]


def colours() -> dict[str, dict[str, str]]:
    by_day, by_night = (
        (folder("static") / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    )
    day = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", by_day))
    return {"day": day, "night": {**day, **dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", by_night))}}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("light", ["day", "night"])
def test_every_pair_in_use_can_be_read(light: str) -> None:
    known = colours()[light]
    poor = [
        (front, back, round(contrast(known[front], known[back]), 2), least)
        for front, back, least in PAIRS
        if contrast(known[front], known[back]) < least
    ]
    assert poor == []
