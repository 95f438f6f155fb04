"""Submissions that are withdrawn before their turn."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WITHDRAWN = "withdrawn"


def _states(*more: str) -> sa.Enum:
    return sa.Enum(
        "queued",
        "running",
        "graded",
        *more,
        name="submissionstate",
        native_enum=False,
        create_constraint=True,
        length=32,
    )


def upgrade() -> None:
    with op.batch_alter_table("submissions") as submissions:
        submissions.alter_column(
            "state", existing_type=_states(), type_=_states(WITHDRAWN), existing_nullable=False
        )


def downgrade() -> None:
    op.execute("UPDATE submissions SET state = 'queued' WHERE state = 'withdrawn'")
    with op.batch_alter_table("submissions") as submissions:
        submissions.alter_column(
            "state", existing_type=_states(WITHDRAWN), type_=_states(), existing_nullable=False
        )
