"""Why an address is dead and why the weekly letter ended

Revision ID: ecb02a129786
Revises: d6d67fed98d3
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = 'ecb02a129786'
down_revision = 'd6d67fed98d3'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite makes the table anew and reads no index on an expression.
    op.drop_index('ix_person_email_lower', table_name='person')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_problem', sa.String(length=12), server_default='', nullable=False))

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_problem', sa.String(length=12), server_default='', nullable=False))

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_problem', sa.String(length=12), server_default='', nullable=False))

    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.add_column(sa.Column('returned', sa.String(length=12), server_default='', nullable=False))

    # The defaults were for the rows that are there; new ones say it themselves.
    for table, column in (
        ('account', 'mail_problem'),
        ('contact', 'mail_problem'),
        ('person', 'mail_problem'),
        ('subscription', 'returned'),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)
    op.create_index('ix_person_email_lower', 'person', [sa.literal_column('lower(email)')])


def downgrade() -> None:
    op.drop_index('ix_person_email_lower', table_name='person')
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_column('returned')

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('mail_problem')

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_column('mail_problem')

    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_column('mail_problem')

    op.create_index('ix_person_email_lower', 'person', [sa.literal_column('lower(email)')])
