"""Accounts of the desks, until the desks can open them: one opened, a way in, one closed."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.cli.door import ACTOR, writing
from eventsapp.people import accounts, passkeys, second_factor
from eventsapp.places.listings import territory_by_slug


@click.command("open-account")
@click.argument("email")
@click.argument("name")
@click.option("--coordinates", multiple=True, metavar="TERRITORY", help='Such as "paris-19".')
@click.option("--administers", is_flag=True, help="Names coordinators, from the page /pro/installation.")
@with_appcontext
def open_account(email: str, name: str, coordinates: tuple[str, ...], administers: bool) -> None:
    """Open an account for EMAIL, called NAME, that coordinates territories or administers the service.

    It is entered by a link sent to that address from /connexion, or by the one that sign-in-link prints.
    """
    if not coordinates and not administers:
        raise click.UsageError("say what for: --coordinates TERRITORY or --administers")
    with writing() as now:
        account = accounts.open_account(email, name, actor=ACTOR, now=now)
        for slug in dict.fromkeys(coordinates):
            grants.give(account, Role.COORDINATOR, territory_by_slug(slug), by=ACTOR, now=now)
        if administers:
            grants.give(account, Role.ADMINISTRATOR, None, by=ACTOR, now=now)
    held = [f"coordinates {', '.join(dict.fromkeys(coordinates))}"] if coordinates else []
    click.echo(", ".join([f"{name}: account opened", *held, *(["administers"] if administers else [])]))


@click.command("sign-in-link")
@click.argument("email")
@with_appcontext
def sign_in_link(email: str) -> None:
    """Print a sign-in link for the account with this EMAIL.

    It works once, for SIGN_IN_MINUTES. For the day when mail does not arrive: give it to nobody
    but that person.
    """
    with writing() as now:
        link = accounts.link_address(accounts.new_link(accounts.by_email(email), now=now))
    click.echo(link)


@click.command("close-account")
@click.argument("email")
@with_appcontext
def close_account(email: str) -> None:
    """Close the account with this EMAIL: it is signed out everywhere and gets no link any more."""
    with writing() as now:
        account = accounts.by_email(email)
        name = account.name
        grants.leave(account, by=ACTOR, now=now)
    click.echo(f"{name}: account closed")


@click.command("forget-second-factor")
@click.argument("email")
@with_appcontext
def forget_second_factor(email: str) -> None:
    """Ask the account with this EMAIL for no one-time code any more, and forget its passkeys.

    For the day when phone and recovery codes are lost. Make sure on the phone that it is that person:
    whoever reads the mailbox gets in after this.
    """
    with writing() as now:
        account = accounts.by_email(email)
        name = account.name
        passkeys.forget_all(account)
        second_factor.forget(account, actor=ACTOR, now=now)
    click.echo(f"{name}: no code is asked for any more")
