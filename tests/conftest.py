"""What every test may ask for, and which tests may run at the same time."""

import os
from collections.abc import Generator, Iterator
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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Say what stays together where several processes share the tests (`--dist loadgroup`).

    Tests in containers have the engine to themselves, one after the other, and begin first, for
    they take the longest. All others stay with their file, whose fixtures they share.
    """
    for item in items:
        group = "containers" if _in_containers(item) else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
    yield
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: not _in_containers(item))


def _in_containers(item: pytest.Item) -> bool:
    return item.get_closest_marker("docker") is not None


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
