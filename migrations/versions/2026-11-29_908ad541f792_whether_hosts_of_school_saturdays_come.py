"""Whether hosts of school Saturdays come

Revision ID: 908ad541f792
Revises: fcd7845c96e3
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '908ad541f792'
down_revision = 'fcd7845c96e3'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('host_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('host_id', sa.Integer(), nullable=False),
    sa.Column('coming', sa.Enum('vient', 'ne_vient_pas', name='coming', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('answers_former', sa.Boolean(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by', sa.String(length=80), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('venue_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_host_answer_event_id')),
    sa.ForeignKeyConstraint(['host_id'], ['organisation.id'], name=op.f('fk_host_answer_host_id')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_host_answer_venue_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_host_answer')),
    sa.UniqueConstraint('event_id', name=op.f('uq_host_answer_event_id'))
    )
    with op.batch_alter_table('host_answer', schema=None) as batch_op:
        batch_op.create_index('ix_host_answer_host', ['host_id'], unique=False)
        batch_op.create_index('ix_host_answer_venue', ['venue_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('host_answer', schema=None) as batch_op:
        batch_op.drop_index('ix_host_answer_venue')
        batch_op.drop_index('ix_host_answer_host')

    op.drop_table('host_answer')
