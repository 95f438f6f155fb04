"""Runs that failed by a fault of ours, apart from those that were lost or could not begin."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FAILED = "failed"


def _outcomes(*more: str) -> sa.Enum:
    return sa.Enum(
        "graded",
        "released",
        "lost",
        *more,
        name="runoutcome",
        native_enum=False,
        create_constraint=True,
        length=32,
    )


def upgrade() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.alter_column(
            "outcome", existing_type=_outcomes(), type_=_outcomes(FAILED), existing_nullable=True
        )


def downgrade() -> None:
    op.execute("UPDATE runs SET outcome = 'released' WHERE outcome = 'failed'")
    with op.batch_alter_table("runs") as runs:
        runs.alter_column(
            "outcome", existing_type=_outcomes(FAILED), type_=_outcomes(), existing_nullable=True
        )
