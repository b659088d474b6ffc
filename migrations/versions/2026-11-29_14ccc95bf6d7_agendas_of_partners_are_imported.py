"""agendas of partners are imported

Revision ID: 14ccc95bf6d7
Revises: cf67028ac9ea
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '14ccc95bf6d7'
down_revision = 'cf67028ac9ea'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import_source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('venue_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('audience', sa.Enum('tous', 'familles', 'parents_ecole', 'professionnels', name='audience', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('following', sa.Enum('a_la_main', 'tout_seul', name='following', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('cancels_vanished', sa.Boolean(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('etag', sa.String(length=200), nullable=False),
    sa.Column('modified', sa.String(length=60), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('problem', sa.String(length=240), nullable=False),
    sa.Column('problem_values', sa.JSON(), nullable=False),
    sa.Column('reading', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waiting', sa.Integer(), nullable=False),
    sa.CheckConstraint("url <> '' OR next_at IS NULL", name=op.f('ck_import_source_only_addresses_are_read')),
    sa.CheckConstraint('(reading IS NULL) = (read_at IS NULL)', name=op.f('ck_import_source_reading_has_moment')),
    sa.CheckConstraint('failures >= 0', name=op.f('ck_import_source_failures_are_counted')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_import_source_action_id')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_import_source_asked_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_import_source_organisation_id')),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_import_source_venue_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_source'))
    )
    with op.batch_alter_table('import_source', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_source_action_id'), ['action_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_source_asked_by_id'), ['asked_by_id'], unique=False)
        batch_op.create_index('ix_import_source_due', ['next_at'], unique=False)
        batch_op.create_index('ix_import_source_organisation', ['organisation_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_source_venue_id'), ['venue_id'], unique=False)

    op.create_table('import_place',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('venue_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['import_source.id'], name=op.f('fk_import_place_source_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['venue_id'], ['venue.id'], name=op.f('fk_import_place_venue_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_place')),
    sa.UniqueConstraint('source_id', 'words', name=op.f('uq_import_place_source_id_words'))
    )
    with op.batch_alter_table('import_place', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_place_venue_id'), ['venue_id'], unique=False)

    op.create_table('imported_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('parent', sa.String(length=250), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('session_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_imported_row_proposal_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['source_id'], ['import_source.id'], name=op.f('fk_imported_row_source_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imported_row')),
    sa.UniqueConstraint('source_id', 'key', name=op.f('uq_imported_row_source_id_key'))
    )
    with op.batch_alter_table('imported_row', schema=None) as batch_op:
        batch_op.create_index('ix_imported_row_proposal', ['proposal_id', 'session_at'], unique=False)

    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sessions', sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_check_constraint(batch_op.f('ck_proposal_recurs_one_way'), 'rule IS NULL OR sessions IS NULL')



def downgrade() -> None:
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_proposal_recurs_one_way'), type_='check')
        batch_op.drop_column('sessions')

    with op.batch_alter_table('imported_row', schema=None) as batch_op:
        batch_op.drop_index('ix_imported_row_proposal')

    op.drop_table('imported_row')
    with op.batch_alter_table('import_place', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_place_venue_id'))

    op.drop_table('import_place')
    with op.batch_alter_table('import_source', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_source_venue_id'))
        batch_op.drop_index('ix_import_source_organisation')
        batch_op.drop_index('ix_import_source_due')
        batch_op.drop_index(batch_op.f('ix_import_source_asked_by_id'))
        batch_op.drop_index(batch_op.f('ix_import_source_action_id'))

    op.drop_table('import_source')
