"""Invitations of hosts and places, what each calendar was last told, alarms for who asks.

Revision ID: bcdf38a13600
Revises: 14ccc95bf6d7
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'bcdf38a13600'
down_revision = '14ccc95bf6d7'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('invited_as', sa.Enum('inscrit', 'structure', 'lieu', name='capacity', native_enum=False, create_constraint=True, length=40), server_default='inscrit', nullable=False))
        batch_op.add_column(sa.Column('terms', sa.String(length=60), server_default='', nullable=False))
        batch_op.add_column(sa.Column('words', sa.String(length=16), server_default='', nullable=False))
        batch_op.create_index('ix_invitation_invited_as', ['invited_as', 'event_id'], unique=False)

    # SQLite rebuilds the table and would lose an index on an expression.
    op.drop_index('ix_person_email_lower', table_name='person')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wants_alarm', sa.Boolean(), server_default=sa.false(), nullable=False))

    # From here on the program says what each is.
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        for column in ('invited_as', 'terms', 'words'):
            batch_op.alter_column(column, server_default=None)
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column('wants_alarm', server_default=None)
    op.create_index('ix_person_email_lower', 'person', [sa.literal_column('lower(email)')])


def downgrade() -> None:
    op.drop_index('ix_person_email_lower', table_name='person')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('wants_alarm')
    op.create_index('ix_person_email_lower', 'person', [sa.literal_column('lower(email)')])

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index('ix_invitation_invited_as')
        batch_op.drop_constraint(op.f('ck_invitation_capacity'), type_='check')
        batch_op.drop_column('words')
        batch_op.drop_column('terms')
        batch_op.drop_column('invited_as')

