"""The local chat, which kept a file of its own before."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "local_chat_messages",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("private_to", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_chat_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_local_chat_messages_key")),
        sa.UniqueConstraint("revision", name=op.f("uq_local_chat_messages_revision")),
    )
    op.create_index(
        op.f("ix_local_chat_messages_channel_thread_id"),
        "local_chat_messages",
        ["channel", "thread", "id"],
    )
    op.create_table(
        "local_chat_threads",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["local_chat_messages.id"], name=op.f("fk_local_chat_threads_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_chat_threads")),
    )
    op.create_table(
        "local_chat_read_marks",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "person", "channel", "thread", name=op.f("pk_local_chat_read_marks")
        ),
    )
    op.create_table(
        "local_chat_events",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_local_chat_events")),
        sa.UniqueConstraint("key", name=op.f("uq_local_chat_events_key")),
    )
    op.create_index(
        "ix_local_chat_events_waiting",
        "local_chat_events",
        ["number"],
        sqlite_where=sa.text("accepted_at IS NULL"),
        postgresql_where=sa.text("accepted_at IS NULL"),
    )
    op.create_table(
        "local_chat_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_chat_files")),
    )
    op.create_table(
        "local_chat_forms",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_local_chat_forms")),
    )
    op.create_table(
        "local_chat_browsers",
        sa.Column("cookie_hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cookie_hash", name=op.f("pk_local_chat_browsers")),
    )


def downgrade() -> None:
    for table in ("browsers", "forms", "files", "events", "read_marks", "threads", "messages"):
        op.drop_table(f"local_chat_{table}")
