"""Professionals of an organisation not known here, and their private links

Revision ID: 921eed7fbc0e
Revises: aea18749e71c
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '921eed7fbc0e'
down_revision = 'aea18749e71c'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("private_link") as batch_op:
        batch_op.add_column(sa.Column("professional_id", sa.Integer(), nullable=True))
        batch_op.alter_column("household_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_index(batch_op.f("ix_private_link_professional_id"), ["professional_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_private_link_professional_id"), "professional", ["professional_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_private_link_one_party"), "(household_id IS NULL) <> (professional_id IS NULL)"
        )
    with op.batch_alter_table("professional") as batch_op:
        batch_op.add_column(
            sa.Column("organisation_name", sa.String(length=120), nullable=False, server_default="")
        )
        batch_op.alter_column("organisation_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_check_constraint(
            batch_op.f("ck_professional_of_one_organisation"),
            "(organisation_id IS NULL) = (organisation_name <> '')",
        )
    with op.batch_alter_table("professional") as batch_op:
        batch_op.alter_column("organisation_name", existing_type=sa.String(length=120), server_default=None)


def downgrade() -> None:
    """Links of professionals go; somebody whose organisation is not known here stands in its way."""
    with op.batch_alter_table("professional") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_professional_of_one_organisation"), type_="check")
        batch_op.alter_column("organisation_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("organisation_name")
    op.execute("DELETE FROM private_link WHERE professional_id IS NOT NULL")
    with op.batch_alter_table("private_link") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_private_link_one_party"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_private_link_professional_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_private_link_professional_id"))
        batch_op.alter_column("household_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("professional_id")
