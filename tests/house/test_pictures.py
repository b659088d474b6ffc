"""What the sprite, the sheets and the fonts promise to the pages."""

import re
from pathlib import Path

from eventsapp.programme.models import Theme
from eventsapp.settings import folder

STATIC = folder("static")
TEMPLATES = folder("templates")
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    # Only names written as literals: those that come from data are seen on rendered pages.
    named = {
        (name, path.name)
        for path in templates()
        for name in re.findall(r"\bicon\('([\w-]+)'", path.read_text())
    }
    assert named
    assert {(name, where) for name, where in named if f"i-{name}" not in SYMBOLS} == set()


def test_every_theme_has_its_shape_its_pictogram_and_its_colours() -> None:
    sheet, tokens = (STATIC / "app.css").read_text(), (STATIC / "tokens.css").read_text()
    assert {s for s in SYMBOLS if s[:2] in {"t-", "p-"}} == {f"{k}-{theme}" for k in "tp" for theme in Theme}
    for theme in Theme:
        assert f"[data-theme={theme}]" in sheet
        assert tokens.count(f"--t-{theme}:") == 2, "one colour by day, one by night"
        assert tokens.count(f"--t-{theme}-bg:") == 2


def test_sheets_name_only_files_that_exist_and_no_other_site() -> None:
    for name in ("tokens.css", "app.css", "desk.css"):
        sheet = (STATIC / name).read_text()
        addresses = re.findall(r"url\(([^)]+)\)", sheet)
        assert [a for a in addresses if not (STATIC / a).is_file()] == []
        assert "@import" not in sheet
    for name in ("app.css", "desk.css", "app.js", "icons.svg", "art.svg", "logo.svg"):
        assert re.findall(r"https?://(?!www\.w3\.org)", (STATIC / name).read_text()) == []


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    # The content policy refuses them; mails know no other style.
    for path in templates():
        if "mail" in path.relative_to(TEMPLATES).as_posix() or path.name == "letter.html":
            continue
        page = path.read_text()
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"", page) == [], path
        for tag in re.findall(r"<script[^>]*>", page):
            assert "src=" in tag or 'type="application/ld+json"' in tag, path


def test_what_every_visit_fetches_leaves_room_for_the_page() -> None:
    import gzip

    text = ("tokens.css", "app.css", "app.js", "icons.svg", "art.svg", "logo.svg")
    fonts = [p for p in (STATIC / "fonts").glob("*.woff2") if "latin-ext" not in p.name]
    weight = sum(len(gzip.compress((STATIC / name).read_bytes(), 6)) for name in text)
    weight += sum(p.stat().st_size for p in fonts)
    assert len(fonts) == 2
    assert weight < 110_000, "a first visit stays under 150 kB: 40 kB are for the page itself"
