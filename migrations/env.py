"""How Alembic reaches the database: the bot hands over its connection, a developer names a URL."""

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from bot.app.settings import load
from bot.store.engine import migration_engine, parse_url
from bot.store.store import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=as_stored,
        process_revision_directives=numbered,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def as_stored(kind: str, item: object, _: object) -> str | bool:
    # A migration names the types of its day, not classes that may change under it.
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def numbered(_: object, __: object, scripts: list[MigrationScript]) -> None:
    head = ScriptDirectory.from_config(context.config).get_current_head()
    scripts[0].rev_id = f"{int(head or 0) + 1:04}"


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url") or load().url
    engine = migration_engine(parse_url(url))
    with engine.begin() as connection:
        run(connection)
    engine.dispose()
