"""Places, identities, posts and exercise versions as rows; what processes share.

It goes one way: what has become rows cannot be folded back into columns without loss. Before it
runs on SQLite the bot copies the file to `backups`; on PostgreSQL the operator makes a copy.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


REASONS = (
    "not-chosen-yet",
    "already-released",
    "chosen-by-mentor",
    "pinned",
    "theme-new",
    "theme-longest-ago",
    "other-new",
    "other-longest-ago",
)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    add_places()
    add_identities()
    add_posts()
    name_versions_by_content()
    name_slots_by_kind_and_date()
    lease_to_workers()
    say_by_kind()
    add_indexes()
    share_between_processes()
    give_reasons_as_data()
    ask_before()
    add_to_grades()
    restart_sequences()


def downgrade() -> None:
    raise NotImplementedError(
        "This change goes one way: stop the bot and bring back the copy from before it."
    )


def add_places() -> None:
    op.create_table(
        "places",
        number("id"),
        number("cohort"),
        text("channel"),
        text("mentors_channel"),
        text("mentor_role"),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name=op.f("fk_places_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("channel", name=op.f("uq_places_channel")),
    )
    op.create_index("ix_places_cohort", "places", ["cohort"])
    op.create_index("ix_places_mentors_channel", "places", ["mentors_channel"])
    op.execute(
        "INSERT INTO places (id, cohort, channel, mentors_channel, mentor_role)"
        " SELECT id, id, place, mentors_place, mentor_role FROM cohorts"
    )
    with op.batch_alter_table("cohorts") as cohorts:
        cohorts.drop_constraint("uq_cohorts_place", type_="unique")
        for column in ("place", "mentors_place", "mentor_role"):
            cohorts.drop_column(column)


def add_identities() -> None:
    op.create_table(
        "identities",
        number("cohort"),
        text("user_ref"),
        number("member"),
        moment("linked_at"),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name=op.f("fk_identities_cohort")),
        sa.ForeignKeyConstraint(["member"], ["members.id"], name=op.f("fk_identities_member")),
        sa.PrimaryKeyConstraint("cohort", "user_ref", name=op.f("pk_identities")),
    )
    op.create_index("ix_identities_member", "identities", ["member"])
    op.execute(
        "INSERT INTO identities (cohort, user_ref, member, linked_at)"
        " SELECT cohort, user_ref, id, joined_at FROM members"
    )
    with op.batch_alter_table("members") as members:
        members.drop_constraint("uq_members_cohort_user_ref", type_="unique")
        members.drop_column("user_ref")


def add_posts() -> None:
    """A post takes its challenge's number, for messages are named after it."""
    op.create_table(
        "posts",
        number("id"),
        number("challenge"),
        number("place"),
        text("channel"),
        text("message", nullable=True),
        text("thread", nullable=True),
        sa.ForeignKeyConstraint(["challenge"], ["challenges.id"], name=op.f("fk_posts_challenge")),
        sa.ForeignKeyConstraint(["place"], ["places.id"], name=op.f("fk_posts_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("challenge", "place", name=op.f("uq_posts_challenge_place")),
    )
    op.create_index("ix_posts_thread", "posts", ["thread"])
    op.execute(
        "INSERT INTO posts (id, challenge, place, channel, message, thread)"
        " SELECT c.id, c.id, p.id, p.channel, c.post, c.thread"
        " FROM challenges c JOIN places p ON p.cohort = c.cohort"
    )


def name_versions_by_content() -> None:
    op.add_column("challenges", text("hash", nullable=True))
    op.execute(
        "UPDATE challenges SET hash = (SELECT v.fingerprint FROM exercise_versions v"
        " WHERE v.slug = challenges.exercise AND v.version = challenges.version)"
    )
    keep_titles()
    op.execute(
        "CREATE TABLE kept_versions AS SELECT slug, fingerprint, min(content) AS content,"
        " min(recorded_at) AS recorded_at FROM exercise_versions GROUP BY slug, fingerprint"
    )
    op.drop_index("ix_challenges_thread", "challenges")
    with op.batch_alter_table("challenges") as challenges:
        challenges.drop_constraint("fk_challenges_exercise_version", type_="foreignkey")
        for column in ("version", "post", "thread"):
            challenges.drop_column(column)
    op.drop_table("exercise_versions")
    op.create_table(
        "exercise_versions",
        text("slug"),
        text("version"),
        text("content"),
        sa.Column("whole", sa.Boolean(), nullable=False),
        moment("recorded_at"),
        sa.PrimaryKeyConstraint("slug", "version", name=op.f("pk_exercise_versions")),
    )
    op.execute(
        "INSERT INTO exercise_versions (slug, version, content, whole, recorded_at)"
        " SELECT slug, fingerprint, content, false, recorded_at FROM kept_versions"
    )
    op.drop_table("kept_versions")
    with op.batch_alter_table("challenges") as challenges:
        challenges.alter_column(
            "hash", new_column_name="version", existing_type=sa.Text(), nullable=False
        )
    with op.batch_alter_table("challenges") as challenges:
        challenges.create_foreign_key(
            op.f("fk_challenges_exercise_version"),
            "exercise_versions",
            ["exercise", "version"],
            ["slug", "version"],
        )


def keep_titles() -> None:
    """A post's thread was named when it was opened; now the message says how it is to be named."""
    op.add_column("outbox", text("thread_title", nullable=True))
    outbox = sa.table("outbox", sa.column("challenge"), sa.column("thread_title"))
    released = op.get_bind().execute(
        sa.text(
            "SELECT c.id, v.content FROM challenges c"
            " JOIN exercise_versions v ON v.slug = c.exercise AND v.version = c.version"
        )
    )
    for challenge, content in released.all():
        title = json.loads(content)["title"]
        op.execute(
            outbox.update().where(outbox.c.challenge == challenge).values(thread_title=title)
        )


def name_slots_by_kind_and_date() -> None:
    op.execute("CREATE TABLE kept_slots AS SELECT * FROM slots")
    op.drop_table("slots")
    op.create_table(
        "slots",
        number("cohort"),
        sa.Column("kind", words("slotkind", "post", "board"), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        moment("due_at"),
        moment("taken_at"),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name=op.f("fk_slots_cohort")),
        sa.PrimaryKeyConstraint("cohort", "kind", "on_date", name=op.f("pk_slots")),
    )
    op.create_index("ix_slots_cohort_kind_due_at", "slots", ["cohort", "kind", "due_at"])
    # A key was the kind, a colon and the date of ten characters: post:2026-11-23.
    on = "substr(key, length(key) - 9)"
    if op.get_bind().dialect.name == "postgresql":
        on = f"CAST({on} AS date)"
    op.execute(
        "INSERT INTO slots (cohort, kind, on_date, due_at, taken_at)"  # noqa: S608 - our own words
        f" SELECT cohort, substr(key, 1, length(key) - 11), {on}, due_at, taken_at FROM kept_slots"
    )
    op.drop_table("kept_slots")


def lease_to_workers() -> None:
    """Whoever ran something has stopped: the schema changes only while no bot runs."""
    op.create_table(
        "workers",
        text("id"),
        moment("seen_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.execute(
        "UPDATE runs SET outcome = 'lost' WHERE outcome IS NULL AND EXISTS (SELECT 1"
        " FROM submissions s WHERE s.id = runs.submission AND s.run = runs.number"
        " AND s.state = 'running')"
    )
    op.execute("UPDATE submissions SET state = 'queued', not_before = NULL WHERE state = 'running'")
    with op.batch_alter_table("runs") as runs:
        runs.alter_column("owner", new_column_name="worker", existing_type=sa.Text())
    op.drop_index("ix_submissions_state", "submissions")
    with op.batch_alter_table("submissions") as submissions:
        submissions.drop_column("lease_until")
        submissions.add_column(text("worker", nullable=True))
    pending = sa.text("state IN ('queued', 'running')")
    op.create_index(
        "ix_submissions_pending",
        "submissions",
        ["state", "number"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def say_by_kind() -> None:
    op.drop_index("ix_outbox_unsent", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint("fk_outbox_challenge", type_="foreignkey")
        outbox.drop_column("challenge")
        outbox.add_column(sa.Column("urgency", sa.Integer(), nullable=False, server_default="1"))
        outbox.add_column(
            sa.Column("has_picture", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        outbox.add_column(moment("sent_at", nullable=True))
    op.execute("UPDATE outbox SET urgency = 0 WHERE key LIKE 'answer:%' OR key LIKE 'reply:%'")
    op.execute('UPDATE outbox SET has_picture = true WHERE message LIKE \'%"type":"Image"%\'')
    # When they were sent was not kept: from now on is soon enough to forget their pictures.
    op.execute("UPDATE outbox SET sent_at = CURRENT_TIMESTAMP WHERE sent_revision > 0")
    with op.batch_alter_table("outbox") as outbox:
        for column in ("urgency", "has_picture"):
            outbox.alter_column(column, server_default=None)


def add_indexes() -> None:
    add_partial_index("ix_outbox_unsent", "outbox", "urgency", "number", "revision > sent_revision")
    add_partial_index(
        "ix_outbox_waiting",
        "outbox",
        "not_before",
        "revision > sent_revision AND not_before IS NOT NULL",
    )
    add_partial_index(
        "ix_outbox_pictured", "outbox", "sent_at", "has_picture AND sent_at IS NOT NULL"
    )
    add_partial_index(
        "ix_inbox_kept", "inbox", "handled_at", "payload IS NOT NULL AND handled_at IS NOT NULL"
    )
    add_partial_index("ix_challenges_not_closed", "challenges", "closes_at", "closed_at IS NULL")
    op.create_index("ix_challenges_cohort_opens_at", "challenges", ["cohort", "opens_at"])
    op.drop_index("ix_points_events_cohort_week", "points_events")
    op.create_index(
        "ix_points_events_cohort_week_member_points",
        "points_events",
        ["cohort", "week", "member", "points"],
    )


def add_partial_index(name: str, table: str, *columns_and_condition: str) -> None:
    *columns, condition = columns_and_condition
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def share_between_processes() -> None:
    op.create_table(
        "input_keys",
        text("name"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        moment("made_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_input_keys")),
    )
    op.create_table(
        "watermarks",
        text("source"),
        moment("at"),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_watermarks")),
    )


def give_reasons_as_data() -> None:
    """Plans held sentences; now they hold words of a list."""
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
            "reason",
            existing_type=sa.Text(),
            type_=words("planreason", *REASONS),
            existing_nullable=False,
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


def ask_before() -> None:
    op.create_table(
        "confirmations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("user_ref", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
    )


VERDICTS = (
    "solved",
    "partly",
    "wrong",
    "unattempted",
    "not allowed",
    "syntax error",
    "crashed",
    "timed out",
    "out of memory",
    "too much output",
    "sandbox fault",
)


def add_to_grades() -> None:
    """CPU seconds, and the verdict on what only waits."""
    with op.batch_alter_table("grades") as grades:
        grades.add_column(sa.Column("cpu_s", sa.Double(), nullable=True))
        grades.alter_column(
            "verdict",
            existing_type=words("verdict", *VERDICTS),
            type_=words("verdict", *VERDICTS, "stalled"),
            existing_nullable=False,
        )


def restart_sequences() -> None:
    """What was given its number here must not be given it again."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ("places", "posts"):
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608 - our own words
            f" coalesce((SELECT max(id) FROM {table}), 0) + 1, false)"
        )
