"""Making the program ready to run: tables, demonstration data, feeds, and a way in."""

from __future__ import annotations

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext

from eventsapp import schema
from eventsapp.cli.door import reading, writing
from eventsapp.feeds import rebuilding
from eventsapp.people import accounts, sign_ins
from eventsapp.settings import UnsafeSettings, setting


@click.command()
@with_appcontext
def prepare() -> None:
    """Make everything ready: what `make run` does first.

    Migrates the database; in a demonstration, fills an empty one; renders the feeds again where
    PUBLIC_URL changed; prints the address and a sign-in link. May run again at any time.
    """
    try:
        schema.refuse_unreachable()
    except UnsafeSettings as error:
        raise click.ClickException(str(error)) from error
    flask_migrate.upgrade()
    if current_app.config["DEMONSTRATION"]:
        _plant_when_empty()
    with writing() as now:
        different = rebuilding.rebuild(now)
    if different:
        click.echo(f"Feeds: {different} events rendered anew")
    click.echo(f"\n  {setting('PUBLIC_URL')}/")
    if current_app.config["DEMONSTRATION"]:
        _say_ways_in()


@click.command()
@with_appcontext
def seed() -> None:
    """Fill an empty database with a true-to-life demonstration.

    Real places of the 19th and 10th arrondissements, made-up people. Refuses a database that
    holds something already, and production.
    """
    from eventsapp import seeds  # made-up people and their data: loaded to plant

    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("a production database takes no made-up people")
    with reading() as now:
        is_empty = seeds.is_empty()
    if not is_empty:
        raise click.ClickException("the database holds something already: nothing was changed")
    seeds.plant(now, progress=click.echo)


def _plant_when_empty() -> None:
    from eventsapp import seeds  # made-up people and their data: loaded to plant

    with reading() as now:
        is_empty = seeds.is_empty()
    if is_empty:
        click.echo("An empty database: planting the demonstration (a minute or less)")
        seeds.plant(now, progress=click.echo)


def _say_ways_in() -> None:
    # Made-up people and their data are loaded to plant.
    from eventsapp.seeds.partners import ASSOCIATION, COORDINATION, SCHOOL

    for email in (COORDINATION, ASSOCIATION, SCHOOL):
        try:
            with writing() as now:
                account = accounts.by_email(email)
                sign_ins.use_up_links(account, now=now)  # those printed before, or none would go by mail
                name, link = account.name, accounts.link_address(accounts.new_link(account, now=now))
            minutes = setting("SIGN_IN_MINUTES")
            click.echo(f"  {link}\n  signs in « {name} », once, within {minutes} minutes\n")
        except click.ClickException:
            click.echo(f"  {email} has no account any more.\n")
    click.echo(f"  {setting('PUBLIC_URL')}/demonstration/courrier\n  shows the mail that was caught\n")
