"""The weekly letter, and further headers of letters

Revision ID: cf67028ac9ea
Revises: a908f2f2ed66
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = 'cf67028ac9ea'
down_revision = 'a908f2f2ed66'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('subscription',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('territory_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', sa.String(length=254), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('themes', sa.JSON(), nullable=False),
    sa.Column('quartiers', sa.JSON(), nullable=False),
    sa.Column('status', sa.Enum('a_confirmer', 'active', 'arretee', name='subscriptionstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('nonce', sa.String(length=43), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failed_on', sa.Date(), nullable=True),
    sa.CheckConstraint("(status = 'arretee') = (ended_at IS NOT NULL)", name=op.f('ck_subscription_ended_has_moment')),
    sa.CheckConstraint("status != 'active' OR confirmed_at IS NOT NULL", name=op.f('ck_subscription_active_is_confirmed')),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_subscription_territory_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_subscription_fingerprint')),
    sa.UniqueConstraint('territory_id', 'email_key', name=op.f('uq_subscription_territory_id_email_key'))
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index('ix_subscription_due', ['status', 'issued_on', 'territory_id', 'id'], unique=False)

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('headers', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.alter_column('headers', server_default=None)



def downgrade() -> None:
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_column('headers')

    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_index('ix_subscription_due')

    op.drop_table('subscription')
