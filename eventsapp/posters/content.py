"""What a poster says of an event, in the languages that were chosen, one under the other.

The fixed words come from the catalogues of eventsapp.languages: a language added there is offered here. What
an association typed (title, topic, door) stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import force_locale, gettext

from eventsapp import languages
from eventsapp.agenda.models import Accessibility, Event, RegistrationMode
from eventsapp.languages import Language
from eventsapp.places.wording import agenda_name
from eventsapp.posters import faces
from eventsapp.posters.formats import Format
from eventsapp.refusals import Refusal, msgid
from eventsapp.settings import setting

LONGEST_PLACE, LONGEST_DOOR, LONGEST_NOTE, MOST_SPOKEN = 110, 140, 60, 8

ICONS = {
    Accessibility.SIGN_LANGUAGE: "languages",
    Accessibility.EASY_FRENCH: "message-circle",
    Accessibility.CHILD_CARE: "baby",
    Accessibility.QUIET: "heart-handshake",
    Accessibility.HEARING_LOOP: "accessibility",
    Accessibility.PUSHCHAIR: "baby",
}
"""Icons of static/icons.svg."""


class PosterRefused(Refusal):
    """A sensitive action is seen by referral only: families in hotels are not to be found by a wall."""

    sentence = msgid(
        "Cette action reste discrète : elle n’a pas d’affiche. "
        "Prévenez les personnes une par une, par leur travailleur social ou par téléphone."
    )


@dataclass(frozen=True)
class Fact:
    """One thing to know, in each language, beside a picture of it."""

    icon: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Date:
    """One date of a series; `note` is its topic or its place, as typed, where it differs."""

    days: tuple[str, ...]
    hours: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Poster:
    """Everything that a sheet says; tuples of words are in the order of `languages`."""

    name: str
    """The title of the document."""
    languages: tuple[Language, ...]
    title: str
    summary: str
    site: tuple[str, ...]
    theme: str
    """Its slug: the shape and colour beside its name."""
    theme_names: tuple[str, ...]
    cancelled: tuple[str, ...]
    days: tuple[str, ...]
    hours: tuple[str, ...]
    next: tuple[str, ...]
    """« Prochaines dates »."""
    dates: tuple[Date, ...]
    """Empty: the sheet is about one date."""
    place: str
    address: str
    door: str
    facts: tuple[Fact, ...]
    invitation: tuple[str, ...]
    link: str
    short: str
    code_alternative: str
    question: tuple[str, ...]
    """« Une question ? », before the phone."""
    phone: str
    host_label: tuple[str, ...]
    host: str
    publisher: str


def chosen(codes: Sequence[str]) -> tuple[Language, ...]:
    """The languages with these codes, in the order of the site; French where none is known."""
    return tuple(one for one in languages.LANGUAGES if one.code in codes) or (languages.DEFAULT,)


def refuse_sensitive(event: Event) -> None:
    """Raises PosterRefused for an event of a sensitive action."""
    if event.activity.action.is_sensitive:
        raise PosterRefused()


def poster_of(
    event: Event, spoken: tuple[Language, ...], shape: Format, *, dates: Sequence[Event] = ()
) -> Poster:
    """What the poster of an event says; with `dates`, it is about all of them. Raises PosterRefused."""
    refuse_sensitive(event)
    title = _typed(event.activity.title if dates else event.title)
    title = title or said(spoken[:1], lambda _: gettext("Rendez-vous"))[0]
    cancelled = event.is_cancelled and not dates
    venue, theme = event.venue, event.activity.action.axis.theme
    days = said(spoken, lambda one: initial(languages.long_day(event.starts_at, one)))
    return Poster(
        name=title if dates else f"{title}, {languages.long_day(event.starts_at, spoken[0])}",
        languages=spoken,
        title=title,
        summary=_summary(event, shape),
        site=said(spoken, lambda one: agenda_name(event.territory, one.code)),
        theme=theme.value,
        theme_names=said(spoken, lambda _: theme.public_label),
        cancelled=said(spoken, lambda _: gettext("Annulé")) if cancelled else (),
        days=days,
        hours=said(spoken, lambda one: languages.hour_range(event.starts_at, event.ends_at, one)),
        next=said(spoken, lambda _: gettext("Prochaines dates")),
        dates=tuple(_date(one, event, spoken) for one in dates),
        place=_typed(", ".join(filter(None, (venue.name, event.room))), LONGEST_PLACE),
        address=_typed(venue.full_address, LONGEST_PLACE),
        door=_typed(event.door or venue.door, LONGEST_DOOR),
        facts=() if cancelled else tuple(facts_of(event, spoken)[: shape.most_facts]),
        invitation=said(spoken, lambda _: _invitation(event)),
        link=short_address(event),
        short=short_address(event).removeprefix("https://"),
        code_alternative=said(
            spoken[:1], lambda _: gettext("Code QR qui ouvre %(address)s", address=short_address(event))
        )[0],
        question=said(spoken, lambda _: gettext("Une question ?")),
        phone=setting("HELP_PHONE"),
        host_label=said(spoken, lambda _: gettext("Proposé par")),
        host=_typed(event.host.name) if event.host else "",
        publisher=event.host.name if event.host else setting("CONTROLLER"),
    )


def left_out(event: Event, dates: Sequence[Event] = ()) -> str:
    """The signs that the sheets cannot print and leave out, each once: emoji, Chinese…"""
    host = event.host.name if event.host else ""
    typed = [event.activity.title if dates else event.title, event.summary, event.venue.name, host]
    return faces.left_out(" ".join([*typed, event.door or event.venue.door]))


def short_address(event: Event) -> str:
    """The address that is typed from a wall: seven letters nobody confuses."""
    return f"{setting('PUBLIC_URL')}/e/{event.code}"


def facts_of(event: Event, spoken: tuple[Language, ...]) -> list[Fact]:
    """What one wants to know before coming, what everybody asks first."""

    def fact(icon: str, say: Callable[[Language], str]) -> Fact:
        return Fact(icon, said(spoken, say))

    found = [fact("euro", lambda _: gettext("Gratuit"))]
    if not event.is_cancelled:
        counted = event.registration is RegistrationMode.COUNTED
        found.append(
            fact("list-checks", lambda _: gettext("Sur inscription"))
            if counted
            else fact("check", lambda _: gettext("Venez comme vous êtes"))
        )
    found.append(fact("users", lambda _: event.audience.label))
    codes = event.spoken_languages[:MOST_SPOKEN]
    if codes:
        found.append(
            fact(
                "languages",
                lambda one: gettext("On parle aussi %(names)s", names=languages.names(codes, one)),
            )
        )
    if event.venue.step_free is not None:
        found.append(fact("accessibility", lambda _: _entrance(step_free=event.venue.step_free is True)))

    def offered(value: str) -> Fact:
        one = Accessibility(value)
        return fact(ICONS[one], lambda _: one.label)

    return found + [offered(value) for value in event.accessibility]


def said(spoken: tuple[Language, ...], say: Callable[[Language], str]) -> tuple[str, ...]:
    """The same in each language, from its catalogue."""
    words = []
    for language in spoken:
        with force_locale(language.code):
            words.append(say(language))
    return tuple(words)


def initial(text: str) -> str:
    """« Samedi 12 décembre »: the first letter large."""
    return text[:1].upper() + text[1:]


def _typed(text: str, longest: int | None = None) -> str:
    """What somebody typed, as it is printed: its signs that we have, French spaces, at most so long."""
    printed = languages.no_breaks(faces.printable(text))
    return faces.shortened(printed, longest) if longest else printed


def _entrance(*, step_free: bool) -> str:
    return gettext("Entrée sans marche") if step_free else gettext("Marches à l’entrée : appelez-nous")


def _summary(event: Event, shape: Format) -> str:
    """What it is about; why it does not take place."""
    text = event.cancel_reason if event.is_cancelled else event.summary
    return _typed(text, shape.longest_summary) if shape.longest_summary else ""


def _invitation(event: Event) -> str:
    if event.registration is RegistrationMode.COUNTED and not event.is_cancelled:
        return gettext("Pour s’inscrire, scannez ou tapez :")
    return gettext("Pour en savoir plus, scannez ou tapez :")


def _date(one: Event, event: Event, spoken: tuple[Language, ...]) -> Date:
    differs = []
    if one.topic:
        differs.append(one.topic.name)
    if one.venue_id != event.venue_id:
        differs.append(one.venue.name)
    return Date(
        days=said(spoken, lambda language: initial(languages.long_day(one.starts_at, language))),
        hours=said(spoken, lambda language: languages.hour_range(one.starts_at, one.ends_at, language)),
        note=_typed(", ".join(differs), LONGEST_NOTE),
    )
