"""Places that are closed, and gestures that change many sessions

Revision ID: f59706524c96
Revises: 3d1b90889ec1
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = 'f59706524c96'
down_revision = '3d1b90889ec1'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('venue_closure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('venue_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=240), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_venue_closure_ends_after_start')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_venue_closure_venue_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_venue_closure'))
    )
    with op.batch_alter_table('venue_closure', schema=None) as batch_op:
        batch_op.create_index('ix_venue_closure_venue', ['venue_id', 'ends_at'], unique=False)

    op.create_table('disruption',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('territory_id', sa.Integer(), nullable=False),
    sa.Column('gesture', sa.Enum('fermeture', 'remplacement', 'deplacement', 'lieu', 'annulation', name='gesture', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=240), nullable=False),
    sa.Column('closure_id', sa.Integer(), nullable=True),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['change_batch.id'], name=op.f('fk_disruption_batch_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['closure_id'], ['venue_closure.id'], name=op.f('fk_disruption_closure_id')),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_disruption_territory_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disruption'))
    )
    with op.batch_alter_table('disruption', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_disruption_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_disruption_closure_id'), ['closure_id'], unique=False)
        batch_op.create_index('ix_disruption_due', ['told_at', 'due_at'], unique=False)
        batch_op.create_index('ix_disruption_territory', ['territory_id', 'made_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('disruption', schema=None) as batch_op:
        batch_op.drop_index('ix_disruption_territory')
        batch_op.drop_index('ix_disruption_due')
        batch_op.drop_index(batch_op.f('ix_disruption_closure_id'))
        batch_op.drop_index(batch_op.f('ix_disruption_batch_id'))

    op.drop_table('disruption')
    with op.batch_alter_table('venue_closure', schema=None) as batch_op:
        batch_op.drop_index('ix_venue_closure_venue')

    op.drop_table('venue_closure')
