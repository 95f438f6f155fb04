"""Reasons of plans as words of a list, which used to be sentences."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REASONS = sa.Enum(
    "not-chosen-yet",
    "already-released",
    "chosen-by-mentor",
    "pinned",
    "theme-new",
    "theme-longest-ago",
    "other-new",
    "other-longest-ago",
    name="planreason",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def reason_of_sentence(sentence: str, exercise: str) -> str:
    """The reason that an older version put into this sentence."""
    if not exercise:
        return "not-chosen-yet"
    if sentence == "a mentor chose it for the cohort":
        return "chosen-by-mentor"
    if sentence == "A mentor chose this one for today.":
        return "pinned"
    novelty = "new" if sentence.endswith("new to your cohort.") else "longest-ago"
    if sentence.startswith("It belongs to this week's theme"):
        return f"theme-{novelty}"
    if sentence.startswith("No exercise of this kind has the theme"):
        return f"other-{novelty}"
    return "already-released"  # without a reason, for members who joined later


def upgrade() -> None:
    connection = op.get_bind()
    items = sa.table("plan_items", sa.column("exercise"), sa.column("reason"))
    pairs = connection.execute(sa.select(items.c.reason, items.c.exercise).distinct()).all()
    for sentence, exercise in pairs:
        connection.execute(
            sa.update(items)
            .where(items.c.reason == sentence, items.c.exercise == exercise)
            .values(reason=reason_of_sentence(sentence, exercise))
        )
    with op.batch_alter_table("plan_items") as table:
        table.alter_column(
            "reason", existing_type=sa.Text(), type_=REASONS, existing_nullable=False
        )


def downgrade() -> None:
    with op.batch_alter_table("plan_items") as table:
        table.alter_column(
            "reason", existing_type=REASONS, type_=sa.Text(), existing_nullable=False
        )
