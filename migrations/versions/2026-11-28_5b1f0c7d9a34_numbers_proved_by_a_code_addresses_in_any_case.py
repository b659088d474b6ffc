"""Numbers proved by a code; addresses found in any case

Revision ID: 5b1f0c7d9a34
Revises: 921eed7fbc0e
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '5b1f0c7d9a34'
down_revision = '921eed7fbc0e'
branch_labels = None
depends_on = None

PURPOSE = 'ck_household_code_codepurpose'


def upgrade() -> None:
    with op.batch_alter_table('household_code', schema=None) as batch_op:
        batch_op.add_column(sa.Column('phone', sa.String(length=32), nullable=False, server_default=''))
        batch_op.drop_constraint(op.f(PURPOSE), type_='check')
        batch_op.create_check_constraint(op.f(PURPOSE), "purpose IN ('telephone', 'courriel', 'numero')")
        batch_op.create_check_constraint(op.f('ck_household_code_phone_is_proved'), "(purpose = 'numero') = (phone <> '')")
    with op.batch_alter_table('household_code', schema=None) as batch_op:
        batch_op.alter_column('phone', server_default=None)
    op.drop_index('ix_person_email', table_name='person')
    op.create_index('ix_person_email_lower', 'person', [sa.text('lower(email)')], unique=False)


def downgrade() -> None:
    op.drop_index('ix_person_email_lower', table_name='person')
    op.create_index('ix_person_email', 'person', ['email'], unique=False)
    op.execute("DELETE FROM household_code WHERE purpose = 'numero'")
    with op.batch_alter_table('household_code', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_household_code_phone_is_proved'), type_='check')
        batch_op.drop_constraint(op.f(PURPOSE), type_='check')
        batch_op.create_check_constraint(op.f(PURPOSE), "purpose IN ('telephone', 'courriel')")
        batch_op.drop_column('phone')
