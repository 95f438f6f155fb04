"""What every test may ask for, and which tests run first."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests.support.parts import require
from tests.support.postgres import PostgresMissingError, start_cluster

# A busy machine is slow, and no law is about that.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in containers take the longest, so several processes that share the tests begin there.

    A file's tests stay together (`--dist=loadfile`), for they share its fixtures.
    """
    items.sort(key=lambda item: item.get_closest_marker("docker") is None)


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
