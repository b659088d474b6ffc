"""Mails that come to the mailbox, in the shapes that programs give them: what is read of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventsapp.ical import answer as ical_answer
from eventsapp.ical import invitation
from eventsapp.ical.answer import Answer, Kind
from eventsapp.ical.entry import Attendee, Entry, Organizer
from eventsapp.mailroom import incoming
from eventsapp.mailroom.bounces import Bounce
from eventsapp.mailroom.calendar_message import CalendarMessage, Mailbox
from eventsapp.mailroom.incoming import Incoming
from tests.answering import BOUNCES, REPLIES, Invited, answer
from tests.servers import Received

TOKEN = "abcdefgh23456722"
ORGANIZER = f"agenda+{TOKEN}@agenda.example.org"
JEANNE = "jeanne@example.net"
NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
UID = "3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01"
STARTS = datetime(2026, 12, 12, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def invited() -> Invited:
    """Jeanne, by a letter as it leaves."""
    entry = Entry(
        uid=UID, starts_at=STARTS, ends_at=STARTS + timedelta(hours=2), summary="Petit déjeuner",
        created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    calendar = invitation.request(
        entry, Organizer("L'agenda", ORGANIZER), Attendee("Jeanne Dupré", JEANNE), sequence=2, stamp=NOW
    )
    letter = CalendarMessage(
        subject="Votre place",
        sender=Mailbox("L'agenda", ORGANIZER),
        recipient=Mailbox("Jeanne Dupré", JEANNE),
        text="Bonjour",
        html="<p>Bonjour</p>",
        message_id="<a1@agenda.example.org>",
        sent_at=NOW,
        calendar=calendar,
    )
    return Invited.by(Received(ORGANIZER, (JEANNE,), letter.as_bytes()))


def read(octets: bytes, above: str = "", authserv_id: str = "mx.agenda.example.org") -> Incoming:
    return incoming.read(
        above.encode() + octets, mailbox="agenda", domain="agenda.example.org", authserv_id=authserv_id
    )


def answers(mail: Incoming) -> list[Answer]:
    return [one for octets, method in mail.calendars for one in ical_answer.read(octets, method=method)]


@pytest.mark.parametrize("shape", REPLIES)
@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"])
def test_each_program_says_yes_no_and_perhaps(invited: Invited, shape: str, partstat: str) -> None:
    mail = read(answer(shape, invited, partstat=partstat, at=NOW, words="À samedi"))
    assert (mail.tokens, mail.sender, mail.bounce) == ((TOKEN,), JEANNE, None)
    assert mail.text.startswith("À samedi")
    assert mail.received_at == NOW
    [said] = answers(mail)
    assert said == Answer(
        kind=Kind.REPLY,
        uid=UID,
        attendee=JEANNE,
        sequence=2,
        stamp=NOW,
        partstat=partstat,
        organizer=None if shape == "outlook_com" else ORGANIZER,
    )


def test_google_says_who_else_comes_and_a_word(invited: Invited) -> None:
    mail = read(answer("gmail", invited, guests=2, comment="Avec mes sœurs"))
    [said] = answers(mail)
    assert (said.guests, said.comment) == (2, "Avec mes sœurs")
    assert mail.is_automatic  # Google says so of its answers: they are acted on, never answered


def test_a_proposal_of_another_hour_is_read_as_one(invited: Invited) -> None:
    [said] = answers(read(answer("google_counter", invited, comment="Plutôt le\\nlendemain ?")))
    assert said.kind is Kind.COUNTER
    assert (said.starts_at, said.ends_at) == (STARTS + timedelta(days=1), STARTS + timedelta(days=1, hours=2))
    assert (said.location, said.comment) == ("École Curial, 75019 Paris", "Plutôt le\nlendemain ?")


def test_a_question_for_the_present_state(invited: Invited) -> None:
    [said] = answers(read(answer("refresh", invited)))
    assert (said.kind, said.uid, said.attendee, said.partstat) == (Kind.REFRESH, UID, JEANNE, "NEEDS-ACTION")


def test_apple_answers_from_another_account(invited: Invited) -> None:
    mail = read(answer("apple", invited, sender="jeanne.dupre@example.fr"))
    assert mail.sender == "jeanne.dupre@example.fr"
    assert [said.attendee for said in answers(mail)] == [JEANNE]


@pytest.mark.parametrize("shape", BOUNCES)
def test_each_server_says_that_a_mail_came_back(invited: Invited, shape: str) -> None:
    mail = read(answer(shape, invited))
    assert mail.bounce is not None
    assert (mail.bounce.message_id, mail.bounce.token, mail.bounce.recipient) == (
        "<a1@agenda.example.org>",
        TOKEN,
        JEANNE,
    )
    assert "5.1.1" in mail.bounce.problem
    assert (mail.is_automatic, mail.calendars) == (True, ())  # our own calendar in it is no answer


@pytest.mark.parametrize("shape", ["postfix_bounce", "exchange_bounce", "gmail_bounce"])
def test_a_mail_that_is_only_late_has_not_come_back(invited: Invited, shape: str) -> None:
    mail = read(answer(shape, invited, action="delayed"))
    assert (mail.bounce, mail.is_automatic) == (None, True)


def test_the_token_is_found_in_the_calendar_that_a_server_returns(invited: Invited) -> None:
    """A server that rewrites the head leaves ORGANIZER as it was (RULES I15)."""
    returned = answer("postfix_bounce", invited)
    head, _, rest = returned.partition(b"Content-Type: message/rfc822")
    rest = rest.replace(ORGANIZER.encode(), b"bounces@example.net").replace(
        b"Message-ID: <a1@", b"X-Id: <a1@"
    )
    bounce = read(head + b"Content-Type: message/rfc822" + rest).bounce
    assert bounce == Bounce(
        "", "5.1.1 smtp; 550 5.1.1 <jeanne@example.net> User doesn't exist", TOKEN, JEANNE
    )


def test_a_human_answer_is_told_from_what_it_answers(invited: Invited) -> None:
    mail = read(answer("human", invited, words="Bonjour,\npeut-on venir avec un vélo ?\n\nJeanne"))
    assert mail.text == "Bonjour,\npeut-on venir avec un vélo ?\n\nJeanne"
    assert mail.quoted.startswith("Le dim. 22 nov. 2026 à 12:00, L’agenda du 19e <")
    assert (mail.is_automatic, mail.references, mail.sender_name) == (
        False,
        ("<a1@agenda.example.org>",),
        "Jeanne Dupré",
    )


def test_an_absence_is_a_machine_s(invited: Invited) -> None:
    assert read(answer("absence", invited, words="Je suis en congés")).is_automatic


def test_what_outlook_seals_goes_to_a_human(invited: Invited) -> None:
    mail = read(answer("winmail", invited, words="Accepté"))
    assert (mail.is_sealed_by_outlook, mail.calendars, mail.text) == (True, (), "Accepté")


PLAIN = f"From: Jeanne <{JEANNE}>\r\nTo: x@example.org\r\n"


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; owner=x", "Precedence: bulk",
        "Precedence: auto_reply", "Return-Path: <>", "X-Autoreply: yes", "X-Auto-Response-Suppress: OOF",
        "List-Id: <curial.example.org>", f"From: <{ORGANIZER}>",
    ],
)  # fmt: skip
def test_what_says_that_a_machine_wrote_it(line: str) -> None:
    head = PLAIN if not line.startswith("From") else "To: x@example.org\r\n"
    assert read(f"{line}\r\n{head}\r\nBonjour".encode()).is_automatic


@pytest.mark.parametrize("line", ["Auto-Submitted: no", "Return-Path: <jeanne@example.net>", "Precedence: "])
def test_what_does_not(line: str) -> None:
    assert not read(f"{line}\r\n{PLAIN}\r\nBonjour".encode()).is_automatic


def test_the_address_on_the_envelope_comes_before_what_the_writer_says() -> None:
    mail = read(
        b"Delivered-To: agenda+aaaaaaaa22222222@agenda.example.org\r\n"
        b"X-Original-To: AGENDA+BBBBBBBB22222222@agenda.example.org\r\n"
        b"From: a@example.net\r\n"
        b"To: agenda+cccccccc22222222@agenda.example.org,\r\n"
        b" agenda+dddddddd22222222@agenda.example.org.evil.net\r\n"
        b"Cc: xagenda+eeeeeeee22222222@agenda.example.org, agenda+aaaaaaaa22222222@agenda.example.org\r\n\r\n"
    )
    assert mail.tokens == ("aaaaaaaa22222222", "bbbbbbbb22222222", "cccccccc22222222")


OURS = "Authentication-Results: mx.agenda.example.org; "


@pytest.mark.parametrize(
    ("above", "proved"),
    [
        (OURS + "spf=pass smtp.mailfrom=example.net; dmarc=pass (p=none) header.from=example.net", True),
        (OURS + "dkim=pass header.d=example.net header.s=2026", True),
        (OURS + "dmarc=fail header.from=example.net", False),
        (OURS + "dmarc=pass header.from=example.com", False),
        (OURS + "dkim=pass header.d=evil.example.com", False),
        (OURS + 'spf=fail smtp.mailfrom="a; dmarc=pass header.from=example.net"', False),
        (OURS + "spf=fail (a; dmarc=pass header.from=example.net) smtp.mailfrom=x", False),
        (OURS + 'spf=fail (said "x) smtp.mailfrom="a; dmarc=pass header.from=example.net"', False),
        (OURS + "none", False),
        ("Authentication-Results: mx.example.com; dmarc=pass header.from=example.net", False),
        (
            OURS + "dmarc=fail header.from=example.net\r\n" + OURS + "dmarc=pass header.from=example.net",
            False,
        ),
        ("X-Authentication-Results: mx.agenda.example.org; dmarc=pass header.from=example.net", False),
        ("", False),
    ],
)
def test_who_is_proved(above: str, proved: bool) -> None:
    """Our own server's topmost word alone counts, and nothing that a stranger could write into it."""
    octets = f"{above}\r\n{PLAIN}\r\nBonjour".lstrip().encode()
    assert read(octets).sender_is_proved is proved
    assert not read(octets, authserv_id="").sender_is_proved


@pytest.mark.parametrize("head", ["From: a@x.net, b@x.net", "From: a@x.net\r\nFrom: b@x.net", "From: nobody"])
def test_of_two_writers_none_is_taken(head: str) -> None:
    assert read(f"{head}\r\n\r\nBonjour".encode()).sender == ""


def test_a_mail_without_a_number_has_the_same_one_each_time() -> None:
    first, second = read(f"{PLAIN}\r\nBonjour".encode()), read(f"{PLAIN}\r\nBonsoir".encode())
    assert first.message_id == read(f"{PLAIN}\r\nBonjour".encode()).message_id
    assert first.message_id != second.message_id


def nested(depth: int) -> bytes:
    head = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(depth)
    )
    return f"{PLAIN}{head}Content-Type: text/plain\r\n\r\nau fond\r\n".encode()


def test_ten_storeys_of_parts_are_climbed_and_no_eleventh() -> None:
    assert read(nested(9)).text == "au fond"
    for depth in (10, 11, 90, 5000):
        with pytest.raises(incoming.TooMuch):
            read(nested(depth))


@pytest.mark.parametrize(
    "octets",
    [b"", b"\r\n\r\n", b"\0" * 100, b"Bonjour", f"{PLAIN}\r\n".encode() + b"x" * incoming.LARGEST],
    ids=["nothing", "empty", "nul", "no head", "too large"],
)
def test_what_is_no_mail_is_refused(octets: bytes) -> None:
    with pytest.raises(incoming.Unreadable):
        read(octets)


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: multipart/mixed; filename*0; filename*=",
        "Content-Type: multipart/mixed; boundary*0; boundary*=b",
    ],
)
def test_what_the_standard_library_stumbles_over_is_no_mail(head: str) -> None:
    with pytest.raises(incoming.Unreadable):
        read(f"{PLAIN}{head}\r\n\r\nBonjour".encode())


def test_a_multipart_that_is_one_in_name_only_is_a_leaf() -> None:
    """Without its boundary it holds octets, in a charset that no decoder can be asked for."""
    head = b"Content-Type: multipart/mixed; charset=\0"
    assert read(PLAIN.encode() + head + b"\r\n\r\n\x80").text == ""


def test_a_parameter_that_cannot_be_read_is_not_there() -> None:
    head = "Content-Type: text/plain; charset*0; charset*=; name*0; name*="
    assert read(f"{PLAIN}{head}\r\n\r\nÀ samedi".encode()).text == "À samedi"


def test_html_of_any_program_is_read_once_through() -> None:
    html = (
        "<!DOCTYPE html><HEAD><STYLE type='x'>p > a {}</Style></HEAD><!-- caché > -->"
        "<P CLASS='a'>3 < 4 &amp; 5 > 2"
        "<ul><li>un<li>deux</ul><script>if (a < b) alert()</script>fin<p title='jamais"
    )
    mail = read(f"{PLAIN}Content-Type: text/html; charset=utf-8\r\n\r\n{html}".encode())
    assert mail.text == "3 < 4 & 5 > 2\n\nun\ndeux\nfin"


def test_a_reference_brings_no_sign_in_that_is_kept_out() -> None:
    """« &#8238; » turns what stands around it on a desk; « e&#769; » is one letter."""
    mail = read(f"{PLAIN}Content-Type: text/html\r\n\r\n<p>A&#8238;B&#x2028;C e&#769;&#1;&#0;".encode())
    assert mail.text == "AB C é\N{REPLACEMENT CHARACTER}"


def test_html_alone_is_made_plain() -> None:
    html = (
        "<style>p {}</style><p>Bonjour&nbsp;!</p><p>Nous viendrons<br>à deux.</p>"
        "<div>Le 22/11/2026 12:00, L&rsquo;agenda a écrit&nbsp;:</div><blockquote>Bonjour Jeanne</blockquote>"
    )
    mail = read(f"{PLAIN}Content-Type: text/html; charset=utf-8\r\n\r\n{html}".encode())
    assert mail.text == "Bonjour !\n\nNous viendrons\nà deux."
    assert mail.quoted == "Le 22/11/2026 12:00, L’agenda a écrit :\n\n> Bonjour Jeanne"


@pytest.mark.parametrize(
    "below",
    [
        "Le 22 novembre 2026 à 12:00, L’agenda <agenda@example.org> a écrit :\n> Bonjour",
        "On Sun, Nov 22, 2026 at 12:00 PM Agenda <\nagenda@example.org> wrote:\n\n> Hello",
        "-----Message d'origine-----\nDe : Agenda",
        "________________________________\nDe : Agenda <agenda@example.org>\nEnvoyé : dimanche",
        "De : Agenda <agenda@example.org>\nEnvoyé : dimanche 22 novembre 2026\nObjet : Votre place",
        "> Bonjour Jeanne,\n> vous êtes inscrite.\n",
    ],
)
def test_what_they_answered_to_stands_apart(below: str) -> None:
    mail = read(f"{PLAIN}\r\nOui, merci.\n> Et le vélo ?\nAussi.\n\n{below}".encode())
    assert mail.text == "Oui, merci.\n> Et le vélo ?\nAussi."
    assert mail.quoted == below.strip()


def test_nothing_is_lost_of_an_answer_that_stands_below() -> None:
    text = "> Venez-vous ?\n\nOui, à deux."
    assert (read(f"{PLAIN}\r\n{text}".encode()).text, read(f"{PLAIN}\r\n> seul".encode()).text) == (
        text,
        "> seul",
    )
