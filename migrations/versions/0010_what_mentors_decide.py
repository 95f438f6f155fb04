"""What mentors decide about challenges, answers and members."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RUNNING = sa.text("state = 'running'")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("challenges") as challenges:
        challenges.add_column(
            sa.Column("reopened", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("members") as members:
        members.add_column(sa.Column("excused", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "overrides",
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("decision", _words("decision", "pass", "fail", "void"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission"], ["submissions.id"], name=op.f("fk_overrides_submission")
        ),
        sa.PrimaryKeyConstraint("submission", name=op.f("pk_overrides")),
    )
    op.create_table(
        "regrades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("challenge", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            _words("regradestate", "running", "ready", "applying", "done"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["challenge"], ["challenges.id"], name=op.f("fk_regrades_challenge")
        ),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name=op.f("fk_regrades_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrades")),
    )
    op.create_index(op.f("ix_regrades_challenge"), "regrades", ["challenge"])
    op.create_index(
        "ix_regrades_running",
        "regrades",
        ["cohort"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_table(
        "reruns",
        sa.Column("regrade", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "change", _words("change", "raised", "same", "lowered", "not run"), nullable=True
        ),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["regrade"], ["regrades.id"], name=op.f("fk_reruns_regrade")),
        sa.ForeignKeyConstraint(
            ["submission"], ["submissions.id"], name=op.f("fk_reruns_submission")
        ),
        sa.PrimaryKeyConstraint("regrade", "submission", name=op.f("pk_reruns")),
    )


def downgrade() -> None:
    op.drop_table("reruns")
    op.drop_table("regrades")
    op.drop_table("overrides")
    with op.batch_alter_table("members") as members:
        members.drop_column("excused")
    with op.batch_alter_table("challenges") as challenges:
        challenges.drop_column("reopened")
