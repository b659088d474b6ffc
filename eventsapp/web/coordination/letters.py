"""Letters of a territory as a desk may read them: who, when and how far, addresses and links masked."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.agenda import notices
from eventsapp.mailroom import listings, sending_again
from eventsapp.mailroom.masking import masked_address, readable_text
from eventsapp.mailroom.models import Channel, LetterStatus
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import told

bp = desk("letters")

PER_PAGE = 50


@bp.get("/pro/<territory:territory>/courriers")
def index(territory: str) -> str:
    """What is still to be told, then the letters, the latest first, of one state or of all."""
    area = steered(territory)
    asked = request.args.get("etat", "")
    status = LetterStatus(asked) if asked in set(LetterStatus) else None
    counts = listings.counts(area.id)
    total = sum(counts.values()) if status is None else counts.get(status, 0)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = listings.written(area.id, status=status, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return render_template(
        "coordination/letters/index.html",
        territory=area,
        notices=notices.waiting(area.id),
        letters=shown,
        moved_to=listings.moved_to(shown),
        status=status,
        counts=counts,
        total=total,
        page=page,
        pages=pages,
        masked_address=masked_address,
    )


@bp.get("/pro/<territory:territory>/courriers/<row:letter_id>")
def show(territory: str, letter_id: int) -> str:
    """One letter: how far it is and what it says, its private links erased."""
    area = steered(territory)
    letter = listings.by_id(letter_id, area.id)
    return render_template(
        "coordination/letters/show.html",
        territory=area,
        letter=letter,
        moved_to=listings.moved_to([letter]).get(letter.id),
        address=masked_address(letter.address),
        text=readable_text(letter),
    )


@bp.post("/pro/<territory:territory>/courriers/<row:letter_id>/relance")
def retry(territory: str, letter_id: int) -> BaseResponse:
    """A letter that was given up leaves with the next round after all."""
    area = steered(territory)
    letter = listings.by_id(letter_id, area.id)
    is_call = letter.channel is Channel.CALL
    called = gettext("Cette personne est de nouveau dans « Appels ».")
    with told(called if is_call else gettext("Ce courrier repart dans une minute.")):
        sending_again.try_again(letter, actor=actor(), now=clock.now())
    return redirect(url_for("letters.show", territory=territory, letter_id=letter_id), 303)
