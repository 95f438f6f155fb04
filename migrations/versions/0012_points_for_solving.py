"""Points for solving, and for late answers, are told apart from those for checks."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NEW = ("solved", "late-checks", "late-solved")


def _reasons(*more: str) -> sa.Enum:
    return sa.Enum(
        "try",
        "checks",
        *more,
        name="pointsreason",
        native_enum=False,
        create_constraint=True,
        length=32,
    )


def upgrade() -> None:
    with op.batch_alter_table("points_events") as events:
        events.alter_column(
            "reason", existing_type=_reasons(), type_=_reasons(*NEW), existing_nullable=False
        )


def downgrade() -> None:
    op.execute("DELETE FROM points_events WHERE reason IN ('solved', 'late-checks', 'late-solved')")
    with op.batch_alter_table("points_events") as events:
        events.alter_column(
            "reason", existing_type=_reasons(*NEW), type_=_reasons(), existing_nullable=False
        )
