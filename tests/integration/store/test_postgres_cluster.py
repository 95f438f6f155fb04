from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.support.postgres import start_cluster

pytestmark = pytest.mark.postgres


def connect(url: str) -> psycopg.Connection:
    parts = make_url(url)
    return psycopg.connect(
        host=str(parts.query["host"]),
        user="freehand",
        dbname=parts.database,
        autocommit=True,
    )


def test_cluster_lets_its_role_create_databases(postgres_url: str) -> None:
    with connect(postgres_url) as connection:
        connection.execute("CREATE DATABASE another")
        connection.execute("DROP DATABASE another")


@pytest.mark.usefixtures("postgres_url")
def test_stopped_cluster_leaves_nothing_behind() -> None:
    with start_cluster() as url:
        home = Path(str(make_url(url).query["host"]))
        assert home.exists()

    assert not home.exists()
    with pytest.raises(psycopg.OperationalError):
        connect(url)
