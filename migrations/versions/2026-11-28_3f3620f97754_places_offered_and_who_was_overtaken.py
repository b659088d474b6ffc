"""Places offered, and who was overtaken

Revision ID: 3f3620f97754
Revises: eef5fe880a30
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '3f3620f97754'
down_revision = 'eef5fe880a30'
branch_labels = None
depends_on = None


BEFORE = "'confirmee', 'attente', 'annulee'"
AFTER = "'confirmee', 'attente', 'proposee', 'annulee'"


def upgrade() -> None:
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('overtaken', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answer_by', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('lapses', sa.Integer(), nullable=False, server_default='0'))
    # The queue was one of numbers: nobody changes places, whatever the clocks said when they came.
    op.execute(
        "UPDATE registration SET waiting_since = (SELECT max(other.created_at) FROM registration AS other"
        " WHERE other.event_id = registration.event_id AND other.status = 'attente'"
        " AND other.id <= registration.id) WHERE status = 'attente'"
    )
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.alter_column('overtaken', server_default=None)
        batch_op.alter_column('lapses', server_default=None)
        batch_op.drop_index(batch_op.f('ix_registration_queue'))
        batch_op.create_index('ix_registration_queue', ['event_id', 'status', 'waiting_since', 'id'], unique=False)
        batch_op.create_index('ix_registration_offered', ['offered_at'], unique=False)
        batch_op.drop_constraint(op.f('ck_registration_registrationstatus'), type_='check')
        batch_op.create_check_constraint(op.f('ck_registration_registrationstatus'), f"status IN ({AFTER})")
        batch_op.create_check_constraint(
            op.f('ck_registration_waits_since'), "status <> 'attente' OR waiting_since IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f('ck_registration_offered_has_moment'), "(status = 'proposee') = (offered_at IS NOT NULL)"
        )
        batch_op.create_check_constraint(
            op.f('ck_registration_answer_to_offer'), "answer_by IS NULL OR offered_at IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f('ck_registration_counts_are_counts'), "overtaken >= 0 AND lapses BETWEEN 0 AND 2"
        )


def downgrade() -> None:
    with op.batch_alter_table('registration', schema=None) as batch_op:
        for name in ('counts_are_counts', 'answer_to_offer', 'offered_has_moment', 'waits_since'):
            batch_op.drop_constraint(op.f(f'ck_registration_{name}'), type_='check')
        batch_op.drop_constraint(op.f('ck_registration_registrationstatus'), type_='check')
    # An offer holds seats that are counted as taken: without offers they are the party's.
    op.execute("UPDATE registration SET status = 'confirmee' WHERE status = 'proposee'")
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.create_check_constraint(op.f('ck_registration_registrationstatus'), f"status IN ({BEFORE})")
        batch_op.drop_index('ix_registration_offered')
        batch_op.drop_index('ix_registration_queue')
        batch_op.create_index(batch_op.f('ix_registration_queue'), ['event_id', 'status', 'id'], unique=False)
        batch_op.drop_column('lapses')
        batch_op.drop_column('answer_by')
        batch_op.drop_column('offered_at')
        batch_op.drop_column('overtaken')
        batch_op.drop_column('waiting_since')
