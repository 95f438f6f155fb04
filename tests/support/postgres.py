"""A throw-away PostgreSQL cluster, reached through a Unix socket that only this machine sees."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")

# Lost power loses the cluster, which is thrown away anyhow; tests wait for no disk.
SERVER_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "synchronous_commit": "off",
}
START_TIMEOUT_S = 60


class PostgresMissingError(Exception):
    """PostgreSQL's server programs are not installed here."""


@dataclass(frozen=True)
class _Cluster:
    programs: Path
    home: Path
    user: str | None  # the account the server runs as; None: ours

    @property
    def state(self) -> Path:
        return self.home / "data"

    def run(self, program: str, *arguments: str) -> None:
        # Output goes to a file: the server would inherit a pipe and hold it open for ever.
        log = self.home / "programs.log"
        with log.open("ab") as output:
            done = subprocess.run(  # noqa: S603 - our own words, no shell
                [self.programs / program, *arguments],
                check=False,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self.user,
                timeout=2 * START_TIMEOUT_S,
            )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{log.read_text()}")


@contextmanager
def start_cluster() -> Generator[str]:
    """Start a fresh cluster and stop it at the end.

    Yields:
        An SQLAlchemy URL of an empty database whose role may create further databases.

    Raises:
        PostgresMissingError: No server programs are installed.
    """
    programs = _find_programs()
    # A socket's path is limited to 107 bytes, so not pytest's own long folder names.
    home = Path(tempfile.mkdtemp(prefix="freehand-pg-"))
    cluster = _Cluster(programs=programs, home=home, user=_server_account())
    try:
        if cluster.user is not None:
            shutil.chown(home, cluster.user)
        _initialise(cluster)
        options = " ".join(f"-c {name}='{value}'" for name, value in SERVER_SETTINGS.items())
        cluster.run(
            "pg_ctl",
            "start",
            "--wait",
            f"--timeout={START_TIMEOUT_S}",
            f"--pgdata={cluster.state}",
            f"--log={home / 'server.log'}",
            f"--options={options} -k {home}",
        )
        try:
            cluster.run("createdb", f"--host={home}", "--username=freehand", "freehand")
            yield f"postgresql+psycopg://freehand@/freehand?host={home}"
        finally:
            cluster.run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={cluster.state}")
    finally:
        shutil.rmtree(home)


def _initialise(cluster: _Cluster) -> None:
    cluster.run(
        "initdb",
        f"--pgdata={cluster.state}",
        "--no-sync",
        "--username=freehand",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
    )


def _find_programs() -> Path:
    """The folder of the newest server's programs: Debian keeps them outside PATH."""
    versions = [found.parent for found in DEBIAN_PROGRAMS.glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda programs: float(programs.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise PostgresMissingError("initdb is not installed (Debian: apt-get install postgresql)")
    return Path(on_path).parent


def _server_account() -> str | None:
    """PostgreSQL refuses to run as root; its package brings an account for it."""
    return "postgres" if os.geteuid() == 0 else None
