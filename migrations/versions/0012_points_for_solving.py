"""Points for solving, and for late answers, are told apart from those for checks."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NEW = ("solved", "late-checks", "late-solved")

# What one answer earned beside the try, in one row, as it was before.
TWINS = """
FROM points_events AS other WHERE other.reason <> 'try' AND other.member = one.member
    AND other.challenge = one.challenge AND other.submission = one.submission
"""
ADDED = f"""
UPDATE points_events AS one SET points = (SELECT SUM(other.points) {TWINS})
WHERE one.reason <> 'try' AND one.number = (SELECT MIN(other.number) {TWINS})
"""  # noqa: S608  # nothing from outside
LEFT_OUT = f"""
DELETE FROM points_events AS one
WHERE one.reason <> 'try' AND one.number <> (SELECT MIN(other.number) {TWINS})
"""  # noqa: S608  # nothing from outside


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
    op.execute(ADDED)
    op.execute(LEFT_OUT)
    op.execute("UPDATE points_events SET reason = 'checks' WHERE reason <> 'try'")
    with op.batch_alter_table("points_events") as events:
        events.alter_column(
            "reason", existing_type=_reasons(*NEW), type_=_reasons(), existing_nullable=False
        )
