"""What members answer about themselves, and what mentors sign off."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_answers",
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["members.id"], name=op.f("fk_self_answers_member")),
        sa.PrimaryKeyConstraint("member", "item", name=op.f("pk_self_answers")),
    )


def downgrade() -> None:
    op.drop_table("self_answers")
