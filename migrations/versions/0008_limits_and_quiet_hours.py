"""What members may have graded, when they are reminded, and what is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RULES = {"daily_limit": "30", "challenge_limit": "60", "quiet_from": "22", "quiet_until": "8"}
KEPT = sa.text("source <> ''")


def upgrade() -> None:
    with op.batch_alter_table("cohorts") as cohorts:
        for name, begun_with in RULES.items():
            cohorts.add_column(
                sa.Column(name, sa.Integer(), nullable=False, server_default=begun_with)
            )
    op.create_index(
        op.f("ix_submissions_member_received_at"), "submissions", ["member", "received_at"]
    )
    op.drop_index(op.f("ix_submissions_member"), table_name="submissions")
    op.create_index(
        "ix_submissions_kept",
        "submissions",
        ["received_at"],
        sqlite_where=KEPT,
        postgresql_where=KEPT,
    )


def downgrade() -> None:
    op.drop_index("ix_submissions_kept", table_name="submissions")
    op.create_index(op.f("ix_submissions_member"), "submissions", ["member"])
    op.drop_index(op.f("ix_submissions_member_received_at"), table_name="submissions")
    with op.batch_alter_table("cohorts") as cohorts:
        for name in RULES:
            cohorts.drop_column(name)
