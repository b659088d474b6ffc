"""Which letters the faces of posters have: what residents' languages need is there, the rest is left out."""

from __future__ import annotations

import pytest

from eventsapp.posters import faces

LANGUAGES = {
    "français": "Où êtes-vous ? À l’école, où l’on sème « l’œuf » – 5 €, n° 19…",
    "bambara": "Kɔnɔ ni ŋanaw ɛ, Ɲɔgɔn ye, Ɛ Ɔ Ŋ, fɔ́ ɔ̀",
    "soninké": "Sooninkan-qannen ñ ŋ, Ŋari",
    "wolof": "Ñun ñëw, ŋ, à, é, ó",
    "peul": "Ɓesngu, ɗo, ƴettude, ŋ",
    "turc": "Şişli ığdır, çağrı, İstanbul",
    "polonais": "Zażółć gęślą jaźń",
    "roumain": "Țară și înțelepciune, ă â",
    "vietnamien": "Cửa xanh, tiếng Việt, người đẹp",
    "arabe": "فطور الأولياء، الساعة ٩؟",
    "ukrainien": "Їжа й ґанок, є",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_quartier_is_printed_whole(language: str) -> None:
    text = LANGUAGES[language]
    assert faces.printable(text) == text
    assert faces.left_out(text) == ""


def test_each_face_has_what_is_said_of_it() -> None:
    assert faces.has(faces.DISPLAY, "Zażółć gęślą, Şişli, Țară, người, ŋ")
    for face in (faces.DISPLAY, faces.TEXT):
        assert [sign for sign in "aɛɔɲж" if faces.has(face, sign)] == ["a"]
    assert faces.has(faces.OTHER, "aɛɔɲŋж")
    assert not faces.has(faces.OTHER, "ف")
    assert faces.has(faces.ARABIC, "فطور")
    assert [len(faces.of(face)) > 300 for face in (faces.DISPLAY, faces.TEXT, faces.OTHER)] == [True] * 3


def test_what_no_face_has_is_left_out_and_named() -> None:
    typed = "Fête 🎉 du 中文 quartier 🎉\ufe0f !"
    assert faces.printable(typed) == "Fête du quartier !"
    assert faces.left_out(typed) == "🎉中文"
    assert faces.printable("Ligne\nà la\tligne\x00") == "Ligne à la ligne"
    assert faces.printable("e\u0301cole") == "école"  # composed


def test_a_long_word_may_be_broken_and_others_are_not() -> None:
    assert faces.breakable("anticonstitutionnellement bref") == "anticonstitutionnell\u00adement bref"
    assert faces.breakable("intergénérationnelle") == "intergénérationnelle"
    assert faces.breakable("W" * 60).split("\u00ad") == ["W" * 20] * 3


def test_a_long_text_ends_at_a_word() -> None:
    assert faces.shortened("Court", 5) == "Court"
    assert faces.shortened("On parle des écrans, sans jugement", 24) == "On parle des écrans…"
    assert faces.shortened("x" * 30, 10) == "x" * 9 + "…"


def test_a_title_runs_as_its_first_letter_does() -> None:
    assert faces.runs_right_to_left("« فطور » à l’école")
    assert not faces.runs_right_to_left("Fête : فطور")
    assert not faces.runs_right_to_left("2027")
