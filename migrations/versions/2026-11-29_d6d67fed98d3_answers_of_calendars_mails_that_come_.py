"""Answers of calendars, mails that come back

Revision ID: d6d67fed98d3
Revises: de3fcdaedf19
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = 'd6d67fed98d3'
down_revision = 'de3fcdaedf19'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite reads each table and those it refers to, and knows no index on an expression.
    op.drop_index('ix_person_email_lower', table_name='person')
    op.create_table('incoming_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('reponse', 'autre_date', 'redemande', 'retour', 'message', 'automatique', 'illisible', name='mailkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('a_lire', 'faite', 'sans_suite', 'traitee', 'acceptee', 'refusee', 'mise_de_cote', name='mailstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=True),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('territory_id', sa.Integer(), nullable=True),
    sa.Column('about', sa.String(length=40), nullable=False),
    sa.Column('has_content', sa.Boolean(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('original', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('proposed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('partstat', sa.Enum('NEEDS-ACTION', 'ACCEPTED', 'TENTATIVE', 'DECLINED', name='partstat', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('problem', sa.String(length=400), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handled_by', sa.String(length=80), nullable=False),
    sa.CheckConstraint("(state = 'a_lire') = (handled_at IS NULL)", name=op.f('ck_incoming_mail_handled_has_moment')),
    sa.CheckConstraint("kind = 'autre_date' OR proposed_at IS NULL", name=op.f('ck_incoming_mail_counter_proposes')),
    sa.CheckConstraint('(proposed_at IS NULL) = (proposed_until IS NULL)', name=op.f('ck_incoming_mail_proposal_ends')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_incoming_mail_event_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], name=op.f('fk_incoming_mail_invitation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_incoming_mail_territory_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_mail')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_incoming_mail_fingerprint'))
    )
    with op.batch_alter_table('incoming_mail', schema=None) as batch_op:
        batch_op.create_index('ix_incoming_mail_about', ['about'], unique=False)
        batch_op.create_index('ix_incoming_mail_desk', ['territory_id', 'state', 'kind', 'received_at'], unique=False)
        batch_op.create_index('ix_incoming_mail_event', ['event_id', 'state', 'kind', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_incoming_mail_invitation_id'), ['invitation_id'], unique=False)
        batch_op.create_index('ix_incoming_mail_kept', ['has_content', 'received_at'], unique=False)

    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_failed_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_failed_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answer_sequence', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('answer_stamp', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answer_comment', sa.String(length=500), server_default='', nullable=False))
        batch_op.add_column(sa.Column('answers_former', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('refreshed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f('ck_invitation_answer_has_stamp'), '(answer_stamp IS NULL) = (answered_at IS NULL)')

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_failed_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('leaves_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f('ck_registration_leaves_while_active'), "leaves_at IS NULL OR status <> 'annulee'")
        batch_op.create_index('ix_registration_leaving', ['leaves_at'], unique=False)

    # The defaults were for the rows that are there; new ones say it themselves.
    for table, columns in (
        ('invitation', ('answer_sequence', 'answer_comment', 'answers_former')),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)
    op.create_index('ix_person_email_lower', 'person', [sa.literal_column('lower(email)')])


def downgrade() -> None:
    op.drop_index('ix_person_email_lower', table_name='person')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_index('ix_registration_leaving')
        batch_op.drop_constraint(op.f('ck_registration_leaves_while_active'), type_='check')
        batch_op.drop_column('leaves_at')

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('mail_failed_at')

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_invitation_answer_has_stamp'), type_='check')
        batch_op.drop_column('refreshed_at')
        batch_op.drop_column('answers_former')
        batch_op.drop_column('answer_comment')
        batch_op.drop_column('answer_stamp')
        batch_op.drop_column('answer_sequence')
        batch_op.drop_column('answered_at')

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_column('mail_failed_at')

    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_column('mail_failed_at')

    with op.batch_alter_table('incoming_mail', schema=None) as batch_op:
        batch_op.drop_index('ix_incoming_mail_kept')
        batch_op.drop_index(batch_op.f('ix_incoming_mail_invitation_id'))
        batch_op.drop_index('ix_incoming_mail_event')
        batch_op.drop_index('ix_incoming_mail_desk')
        batch_op.drop_index('ix_incoming_mail_about')

    op.drop_table('incoming_mail')
    op.create_index('ix_person_email_lower', 'person', [sa.literal_column('lower(email)')])
