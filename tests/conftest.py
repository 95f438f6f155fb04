"""What every test may ask for."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.parts import require
from tests.support.postgres import PostgresMissingError, start_cluster


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database, on a cluster shared by the run.

    Its role may create further databases.
    """
    with ExitStack() as stack:
        try:
            url = stack.enter_context(start_cluster())
        except PostgresMissingError as error:
            require("postgres", str(error))
        yield url
