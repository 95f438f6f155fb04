"""Somebody at the real page, in a real browser."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Error, Locator, Page, async_playwright, expect

from tests.support.parts import require
from tests.support.patience import PATIENCE_S

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = PATIENCE_S * 1000
expect.set_options(timeout=PATIENCE_MS)


@asynccontextmanager
async def browser() -> AsyncGenerator[Browser]:
    """A headless Chromium."""
    if not await asyncio.to_thread(CHROMIUM.exists):
        require("browser", f"there is no {CHROMIUM}")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield opened
        finally:
            await opened.close()


@dataclass
class Person:
    """One person at one page."""

    page: Page
    complaints: list[str] = field(default_factory=list[str])

    @staticmethod
    async def arrive(opened: Browser, url: str, *, name: str = "Ana") -> "Person":
        """Open the page and say who one is."""
        context = await opened.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE_MS)
        person = Person(await context.new_page())
        person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
        await person.page.goto(url)
        await person.page.get_by_label("You are").select_option(label=name)
        return person

    @property
    def channel(self) -> Locator:
        """The channel's pane."""
        return self.page.locator("#main")

    @property
    def thread(self) -> Locator:
        """The thread's pane."""
        return self.page.locator("#thread")

    async def say(self, pane: Locator, text: str) -> None:
        """Type something and send it."""
        composer = pane.locator("textarea")
        await composer.fill(text)
        await composer.press("Escape")  # the completion, if it is open
        await composer.press("Enter")
        await expect(composer).to_have_value("")

    async def send_code(self, source: str) -> None:
        """Send code in a fence, in the thread."""
        await self.say(self.thread, f"```python\n{source}\n```\n")

    async def press(self, pane: Locator, name: str) -> None:
        """Press the newest button of this name."""
        await pane.get_by_role("button", name=name, exact=True).last.click()

    async def download(self, pane: Locator) -> bytes:
        """The newest file of a pane."""
        async with self.page.expect_download() as started:
            await pane.locator(".attachments a").last.click()
        return await asyncio.to_thread((await (await started.value).path()).read_bytes)

    async def open_thread(self) -> None:
        """Open the newest challenge's thread."""
        await self.channel.locator("a.thread-line").last.click()
        await expect(self.thread).to_be_visible()

    async def sees(self, pane: Locator, words: str) -> None:
        """Wait until these words stand in a pane."""
        await expect(pane.get_by_text(re.compile(re.escape(words))).last).to_be_visible()

    async def sees_no_more(self, pane: Locator, words: str) -> None:
        """Wait until these words stand nowhere in a pane."""
        await expect(pane.get_by_text(re.compile(re.escape(words)))).to_have_count(0)

    async def count(self, pane: Locator, words: str) -> int:
        """How many messages hold these words."""
        return await pane.locator("article.message").filter(has_text=words).count()

    async def picture(self, path: Path) -> None:
        """Take a screenshot."""
        await self.page.screenshot(path=path)


__all__ = ["Browser", "Error", "Person", "browser"]
