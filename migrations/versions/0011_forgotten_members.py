"""Members who asked to be forgotten, and where what is old is found."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


WITH_SOURCE = sa.text("source <> ''")
PASSED = sa.text(
    "(substr(key, 1, 6) = 'reply:' OR substr(key, 1, 8) = 'dispute:')"
    " AND (sent_at IS NOT NULL OR dead)"
)


def upgrade() -> None:
    op.create_index(
        "ix_submissions_with_source",
        "submissions",
        ["challenge"],
        sqlite_where=WITH_SOURCE,
        postgresql_where=WITH_SOURCE,
    )
    op.create_index(
        "ix_outbox_passed",
        "outbox",
        ["sent_at"],
        sqlite_where=PASSED,
        postgresql_where=PASSED,
    )
    op.add_column("members", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_index("ix_outbox_passed", table_name="outbox")
    op.drop_index("ix_submissions_with_source", table_name="submissions")
    with op.batch_alter_table("members") as members:
        members.drop_column("forgotten_at")
