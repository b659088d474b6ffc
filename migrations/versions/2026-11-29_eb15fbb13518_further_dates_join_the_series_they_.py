"""Further dates join the series they belong to

Revision ID: eb15fbb13518
Revises: ecb02a129786
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = 'eb15fbb13518'
down_revision = 'ecb02a129786'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index('ix_letter_kind', ['kind', 'finished_at'], unique=False)

    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_event_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('continues_id', sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f('uq_proposal_activity_id'), type_='unique')
        batch_op.create_index(batch_op.f('ix_proposal_activity_id'), ['activity_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_continues_id'), ['continues_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_first_event_id'), ['first_event_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_proposal_first_event_id'), 'event', ['first_event_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_proposal_continues_id'), 'proposal', ['continues_id'], ['id'], ondelete='SET NULL')
    # Until now each had a series of its own: its first date is the first of that.
    op.execute(
        'UPDATE proposal SET first_event_id = (SELECT min(event.id) FROM event '
        'WHERE event.activity_id = proposal.activity_id) WHERE activity_id IS NOT NULL'
    )



def downgrade() -> None:
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_proposal_continues_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_proposal_first_event_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_proposal_first_event_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_continues_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_activity_id'))
        batch_op.create_unique_constraint(batch_op.f('uq_proposal_activity_id'), ['activity_id'])
        batch_op.drop_column('continues_id')
        batch_op.drop_column('first_event_id')

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index('ix_letter_kind')

