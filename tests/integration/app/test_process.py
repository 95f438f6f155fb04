"""The whole process, started and stopped on each kind of database."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy import text

from bot.app.process import App, opened
from bot.app.settings import Sandbox, Settings
from bot.store.session import begun
from tests.support.patience import PATIENCE_S

pytestmark = pytest.mark.torch


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[App]:
    ready = asyncio.Event()
    async with opened(settings, say=lambda _line: None) as app:
        serving = asyncio.create_task(app.run(lambda _url: ready.set()))
        waiting = asyncio.create_task(ready.wait())
        try:
            await asyncio.wait(
                {serving, waiting}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
            )
            assert ready.is_set()
            yield app
        finally:
            waiting.cancel()
            app.stop()
            await serving


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    with socket.create_server(("127.0.0.1", 0)) as free:
        ops_port = free.getsockname()[1]
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]  # pydantic's
        sandbox=Sandbox.PROCESS,
        data_dir=tmp_path / "data",
        database_url=SecretStr(database_url),
        web_port=0,
        ops_port=ops_port,
    )


async def metrics(settings: Settings) -> str:
    async with (
        ClientSession(f"http://127.0.0.1:{settings.ops_port}") as http,
        http.get("/metrics") as answer,
    ):
        assert answer.status == 200
        return await answer.text()


async def rename(app: App, table: str, name: str) -> None:
    async with begun(app.store.writing) as session:
        await session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


async def test_the_bot_starts_and_starts_again(settings: Settings) -> None:
    for _ in range(2):
        async with running(settings) as app:
            assert app.web is not None
            said = await metrics(settings)
            assert "freehand_queued 0.0" in said
            for loop in ("scheduler", "sender", "heartbeat", "regrading", "worker"):
                assert f'freehand_loop_running{{loop="{loop}"}} 1.0' in said


async def test_metrics_are_told_while_the_database_is_away(settings: Settings) -> None:
    async with running(settings) as app:
        await rename(app, "submissions", "elsewhere")
        try:
            said = await metrics(settings)
        finally:
            await rename(app, "elsewhere", "submissions")

        assert "freehand_queued NaN" in said
        assert "freehand_waiting_solvers" in said
