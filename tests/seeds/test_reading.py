"""The data files hold the real places, and a broken one is refused with its file and line."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from eventsapp.places.models import VenueKind
from eventsapp.places.outlines import contains
from eventsapp.programme.data_files import BrokenDataFile
from eventsapp.programme.models import ProjectStatus, Theme
from eventsapp.seeds import reading


@pytest.fixture
def data(tmp_path):
    """A copy of the data that a test may break."""
    return shutil.copytree(reading.DATA, tmp_path / "data")


def change(data, name, before, after):
    path = data / name
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    return path


def refused(data):
    with pytest.raises(BrokenDataFile) as broken:
        reading.read(data)
    return broken.value.path.name, broken.value.line, broken.value.reason


def test_every_public_school_of_the_nineteenth_and_the_tenth():
    counts = Counter((one.territory, one.kind) for one in reading.read().places if is_school(one))

    assert counts == {
        ("paris-19", VenueKind.NURSERY_SCHOOL): 33,
        ("paris-19", VenueKind.PRIMARY_SCHOOL): 34,
        ("paris-19", VenueKind.MIXED_SCHOOL): 5,
        ("paris-19", VenueKind.MIDDLE_SCHOOL): 13,
        ("paris-10", VenueKind.NURSERY_SCHOOL): 11,
        ("paris-10", VenueKind.PRIMARY_SCHOOL): 13,
        ("paris-10", VenueKind.MIXED_SCHOOL): 3,
        ("paris-10", VenueKind.MIDDLE_SCHOOL): 5,
    }


def test_every_point_lies_in_its_arrondissement_and_every_school_in_its_quartier():
    records = reading.read()
    outlines = {one.slug: one.outline for one in records.territories}
    quartiers = {(one.territory, one.name): one.outline for one in records.quartiers}
    pointed = [one for one in records.places if one.latitude is not None and one.longitude is not None]

    assert len(pointed) == len(records.places) - 3
    for one in pointed:
        assert contains(outlines[one.territory], latitude=one.latitude, longitude=one.longitude), one
        if is_school(one):
            around = quartiers[one.territory, one.quartier]
            assert contains(around, latitude=one.latitude, longitude=one.longitude), one


def test_no_two_places_of_a_territory_share_a_name():
    places = reading.read().places

    assert len({(one.territory, one.name) for one in places}) == len(places)
    assert len({(one.territory, one.short_name) for one in places}) == len(places)


def test_names_are_written_as_people_write_them():
    names = {one.name for one in reading.read().places} | {one.name for one in reading.read().quartiers}

    assert {"École élémentaire Barbanègre A", "Collège Guillaume Budé", "Place des Fêtes"} <= names
    assert [name for name in names if name.isupper() or "'" in name] == []


def test_the_signed_projects_hold_what_their_conventions_name_and_nothing_else():
    actions = {(one.territory, one.theme, one.name) for one in reading.read().actions}

    assert actions == {
        ("paris-19", Theme.PARENTING, "Samedis Matins à l’école"),
        ("paris-19", Theme.SOCIAL_TIES, "Journées festives & parcours habitants inter-quartiers"),
        ("paris-19", Theme.RIGHTS, "Petits déjeuners entre professionnels"),
        ("paris-19", Theme.RIGHTS, "Ressources partagées sur l’accès aux droits"),
        ("paris-10", Theme.PARENTING, "Familles en hôtel et répit parental"),
        ("paris-10", Theme.SOCIAL_TIES, "Mangez mieux à moindre coût"),
        ("paris-10", Theme.RIGHTS, "Aller-vers"),
    }


def test_who_signed_who_is_engaged_and_who_is_to_come():
    assert {one.number: one.status for one in reading.read().territories} == {
        9: ProjectStatus.ENGAGED,
        10: ProjectStatus.SIGNED,
        13: ProjectStatus.UPCOMING,
        15: ProjectStatus.UPCOMING,
        16: ProjectStatus.ENGAGED,
        19: ProjectStatus.SIGNED,
    }


def test_a_sensitive_action_has_a_neutral_public_name():
    (sensitive,) = [one for one in reading.read().actions if one.is_sensitive]

    assert sensitive.name == "Familles en hôtel et répit parental"
    assert not {"hôtel", "répit"} & set(sensitive.public_name.lower().split())


def test_forty_associations_that_say_they_are_examples():
    associations = reading.read().associations

    assert len(associations) == 40
    assert all(name.endswith(" (exemple)") for name in associations)


def test_a_school_outside_its_arrondissement_is_refused(data):
    change(data, "schools.csv", "48.890245,2.373449", "48.790245,2.373449")

    assert refused(data) == ("schools.csv", 2, "48.790245, 2.373449 is not in paris-19")


def test_a_latitude_that_is_no_number_is_refused(data):
    change(data, "schools.csv", "48.890245,2.373449", "48.89O245,2.373449")

    name, line, reason = refused(data)
    assert (name, line) == ("schools.csv", 2)
    assert reason.startswith("latitude: ")


def test_a_row_with_a_cell_too_many_is_refused(data):
    change(data, "topics.csv", "Jouer ensemble", "Jouer, ensemble")

    name, line, _ = refused(data)
    assert (name, (data / name).read_text().splitlines()[line - 1]) == ("topics.csv", "Jouer, ensemble")


def test_an_unknown_quartier_is_refused(data):
    change(data, "landmarks.csv", "75019,Buttes-Chaumont", "75019,Butte Montmartre")

    assert refused(data) == ("landmarks.csv", 7, "paris-19 has no quartier Butte Montmartre")


def test_a_place_whose_licence_is_not_named_is_refused(data):
    path = data / "landmarks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("CC BY 3.0 (RESOLIS)", "à vérifier", 1), "utf-8")

    assert refused(data) == ("landmarks.csv", 4, "its licence is not named")


def test_an_unknown_theme_is_refused(data):
    change(data, "actions.csv", "paris-10,droits", "paris-10,devoirs")

    assert refused(data)[:2] == ("actions.csv", 4)


def test_an_activity_at_a_place_that_is_not_there_is_refused(data):
    change(data, "activities.csv", "Collège Valmy;", "Collège Valmi;")

    assert refused(data) == ("activities.csv", 5, "paris-10 has no place Collège Valmi")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"type": "Feature", ', "Expecting property name"),
        ('{"type": "Feature", "properties": {}}', "not a GeoJSON feature with a geometry"),
        ('{"properties": {}, "geometry": {"type": "Point"}}', "a Polygon or MultiPolygon is wanted"),
        ("[]", "not a GeoJSON feature with a geometry"),
    ],
)
def test_a_broken_shape_is_refused_by_its_line(data, line, reason):
    path = data / "water.geojsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[4] = line
    path.write_text("\n".join(lines), encoding="utf-8")

    name, number, why = refused(data)

    assert (name, number) == ("water.geojsonl", 5)
    assert reason in why


def test_a_quartier_without_a_name_is_refused(data):
    change(data, "quartiers.geojsonl", '"name":"Danube",', "")

    name, line, reason = refused(data)
    assert (name, reason) == ("quartiers.geojsonl", "the feature has no name")
    assert "DANUBE" in (data / name).read_text().splitlines()[line - 1]


def test_a_missing_file_is_refused(data):
    (data / "streets.geojsonl").unlink()

    assert refused(data)[:2] == ("streets.geojsonl", 1)


def is_school(place):
    return place.source == reading.SCHOOL_SOURCE
