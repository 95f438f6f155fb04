"""How every server of ours answers, over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncGenerator

import pytest
from aiohttp import ClientSession, web

from bot.domain.errors import SettingsError
from bot.web.operations import Metrics, Operations
from bot.web.site import HEADERS, NOT_FOUND, OUR_FAULT, Site

A_PERSON = {"Accept": "text/html,application/xhtml+xml"}


async def fine(_request: web.Request) -> web.Response:
    return web.Response(text="fine")


async def own_policy(_request: web.Request) -> web.Response:
    return web.Response(headers={"Content-Security-Policy": "default-src 'self'"})


async def faulty(_request: web.Request) -> web.Response:
    raise RuntimeError("a secret of ours")


async def refuse(_request: web.Request) -> web.Response:
    raise web.HTTPForbidden(text="Not <you>.")


def a_site(port: int = 0, host: str = "127.0.0.1") -> Site:
    return Site(
        host=host,
        port=port,
        purpose="a test",
        advice="Choose another one.",
        routes=[
            web.get("/fine", fine),
            web.get("/own", own_policy),
            web.get("/faulty", faulty),
            web.get("/refuse", refuse),
        ],
    )


@pytest.fixture
async def http() -> AsyncGenerator[ClientSession]:
    site = a_site()
    await site.start()
    async with ClientSession(f"http://127.0.0.1:{site.port}") as session:
        yield session
    await site.stop()


@pytest.mark.parametrize("path", ["/fine", "/nothing", "/faulty", "/refuse"])
async def test_every_answer_says_what_a_browser_may_not_do(http: ClientSession, path: str) -> None:
    async with http.get(path, headers=A_PERSON) as answer:
        assert HEADERS.items() <= answer.headers.items()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


async def test_an_answer_may_say_its_policy_itself(http: ClientSession) -> None:
    async with http.get("/own") as answer:
        assert answer.headers["Content-Security-Policy"] == "default-src 'self'"


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/nothing", 404, NOT_FOUND),
        ("/refuse", 403, "Not &lt;you&gt;."),
        ("/faulty", 500, OUR_FAULT),
    ],
)
async def test_a_person_reads_a_page_about_what_went_wrong(
    http: ClientSession, path: str, status: int, sentence: str
) -> None:
    async with http.get(path, headers=A_PERSON) as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert answer.status == status
    assert f'<p class="why">{sentence}</p>' in page
    assert "secret" not in page
    nonce = page.partition('<style nonce="')[2].partition('"')[0]
    assert f"style-src 'nonce-{nonce}'" in policy


async def test_a_program_reads_the_sentence_alone(http: ClientSession) -> None:
    async with http.get("/refuse", headers={"Accept": "*/*"}) as answer:
        assert (answer.status, await answer.text()) == (403, "Not <you>.")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 70 + ".example"])
async def test_an_address_that_cannot_be_used_is_a_clear_sentence(host: str) -> None:
    with pytest.raises(SettingsError, match=r"Port 0 at .* for a test \(.+\)\. Choose another"):
        await a_site(host=host).start()


async def test_a_port_in_use_is_a_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} .*Choose another one"):
            await a_site(port).start()


async def test_health_is_a_sentence_for_each_part() -> None:
    state = {"database": "", "discord": ""}

    def probe(name: str) -> "asyncio.Future[str]":
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.set_result(state[name])
        return future

    async def refresh() -> None:
        return

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    operations = Operations(
        host="127.0.0.1",
        port=port,
        metrics=Metrics(),
        probes={name: lambda name=name: probe(name) for name in state},
        refresh=refresh,
    )
    await operations.start()
    try:
        async with ClientSession(f"http://127.0.0.1:{port}") as http:
            async with http.get("/healthz") as answer:
                assert (answer.status, await answer.json()) == (
                    200,
                    {"database": "ok", "discord": "ok"},
                )
            state["discord"] = "It is away."
            async with http.get("/healthz") as answer:
                assert (answer.status, (await answer.json())["discord"]) == (503, "It is away.")
            async with http.get("/metrics") as answer:
                assert "freehand_queued 0.0" in await answer.text()
    finally:
        await operations.stop()
