"""The Docker engine: the calls the sandbox makes, with the engine's errors in our words."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Container, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

import aiodocker
from aiodocker.containers import DockerContainer
from aiodocker.stream import Stream
from aiohttp import ClientError

from bot.domain.errors import SandboxError, SandboxUnavailableError

MAX_ANSWER_S = 5.0
"""For a sign of life. A healthy engine needs milliseconds."""

MAX_CALL_S = 60.0
"""For anything but building: a busy disk can hold up a create or delete for many seconds."""

CHUNK_BYTES = 1 << 20
NOT_FOUND, CONFLICT, REFUSED = 404, 409, 500
STDERR = 2
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
NO_ANSWER = 900  # aiodocker's own number: the engine could not be reached

AWAY = "the Docker engine does not answer."


_LIMITS = {"MemoryLimit": "memory", "CpuCfsQuota": "CPU time", "PidsLimit": "processes"}


@dataclass(frozen=True, slots=True)
class Machine:
    """What the engine runs on.

    Attributes:
        problem: What it does not limit, as a sentence: the engine takes such a limit, says so in
            its log, and discards it. Empty where it holds all.
    """

    memory_bytes: int
    problem: str = ""

    @staticmethod
    def of(info: Mapping[str, Any]) -> "Machine":
        """Read the engine's answer."""
        missing = [name for key, name in _LIMITS.items() if not info.get(key, True)]
        listed = " and ".join(", ".join(missing).rsplit(", ", 1))
        problem = (
            f"the Docker engine does not limit {listed} here, so one submission could take the"
            " whole machine; docs/operations.md says what it needs."
        )
        return Machine(memory_bytes=int(info["MemTotal"]), problem=problem if missing else "")

    def require_limits(self, say: Callable[[str], None], *, strict: bool) -> None:
        """Say what is not limited. Raises SandboxUnavailableError instead where it is strict."""
        if self.problem and strict:
            raise SandboxUnavailableError(self.problem)
        if self.problem:
            say(f"Careful: {self.problem}")


@dataclass(frozen=True, slots=True)
class Engine:
    """A connection to the engine that `DOCKER_HOST` or Docker's own context names."""

    docker: aiodocker.Docker

    @staticmethod
    def connect() -> "Engine":
        """Find the engine; nothing is sent yet. Raises SandboxUnavailableError."""
        try:
            return Engine(aiodocker.Docker())
        except (AssertionError, ValueError, aiodocker.DockerError) as error:
            raise SandboxUnavailableError(AWAY) from error

    async def close(self) -> None:
        """Let go of the connection; containers stay."""
        await self.docker.close()

    async def require(self) -> None:
        """Raise SandboxUnavailableError unless the engine answers now."""
        with _translated("answer"):
            async with asyncio.timeout(MAX_ANSWER_S):
                await self.docker.version()

    async def machine(self) -> "Machine":
        """What the engine runs on. Raises SandboxUnavailableError."""
        return Machine.of(await self._call("look at its machine", "info", "GET"))

    # --- images -------------------------------------------------------------------------------

    async def has_image(self, name: str) -> bool:
        """Whether the engine holds an image. Raises SandboxUnavailableError."""
        return await self._call("look for an image", f"images/{name}/json", "GET") is not None

    async def pull(self, name: str) -> None:
        """Fetch an image from its registry. Raises SandboxUnavailableError."""
        with _translated(f"pull {name}"):
            await self.docker.images.pull(name)

    async def build(
        self, context: IO[bytes], *, tag: str, arguments: Mapping[str, str], network: bool
    ) -> AsyncGenerator[str]:
        """Build an image from a tar file; yields what the builder prints, line by line.

        Raises:
            SandboxUnavailableError: The engine is away, or a step failed; then the step says why.
        """
        params = {
            "t": tag,
            "rm": "1",
            "forcerm": "1",
            "buildargs": json.dumps(dict(arguments)),
            "networkmode": "default" if network else "none",
        }
        headers = {"Content-Type": "application/x-tar"}
        with _translated(f"build {tag}"):
            # aiodocker's own `build` cannot choose the network.
            query = self.docker._query(  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
                "build", "POST", params=params, data=_chunks(context), headers=headers
            )
            async with query as response, response:
                async for line in response.content:
                    said = json.loads(line)
                    if "error" in said:
                        raise SandboxUnavailableError(str(said["error"]))
                    yield COLOURS.sub("", str(said.get("stream", ""))).rstrip()

    async def images(self, repository: str) -> Mapping[str, datetime]:
        """All images of a repository: when each tag was made. Raises SandboxUnavailableError."""
        params = {"filters": json.dumps({"reference": [repository]})}
        found = await self._call("list images", "images/json", "GET", params=params)
        return {
            str(tag): datetime.fromtimestamp(int(image["Created"]), UTC)
            for image in found or ()
            for tag in image["RepoTags"] or ()
        }

    async def remove_image(self, tag: str) -> None:
        """Delete a tag, and the image with its last one; well if it is gone or used.

        Raises:
            SandboxUnavailableError: The engine is away.
        """
        await self._call("delete an image", f"images/{tag}", "DELETE")

    # --- containers ---------------------------------------------------------------------------

    async def create(self, settings: Mapping[str, Any]) -> str:
        """Make a container; its id. Raises SandboxUnavailableError."""
        made = await self._call("create a container", "containers/create", data=settings)
        if made is None:
            raise SandboxUnavailableError(f"the image {settings['Image']} is gone.")
        return str(made["Id"])

    async def attach(self, container: str) -> "Streams":
        """Its standard streams; asked for before `start`, so that nothing is missed.

        Raises:
            SandboxUnavailableError: The engine is away, or the container is gone.
        """
        stream = DockerContainer(self.docker, id=container).attach(
            stdin=True, stdout=True, stderr=True
        )
        with _translated("attach to a container"):
            try:
                async with asyncio.timeout(MAX_CALL_S):
                    await stream.__aenter__()
            except BaseException:
                await Streams(stream).close()
                raise
        return Streams(stream)

    async def start(self, container: str) -> None:
        """Start a container. Raises SandboxUnavailableError."""
        await self._call("start a container", f"containers/{container}/start")

    async def update(self, container: str, limits: Mapping[str, int]) -> bool:
        """Change a running container's limits; False where its runtime cannot, as gVisor's.

        Raises:
            SandboxUnavailableError: The engine is away.
        """
        path = f"containers/{container}/update"
        none_for = {NOT_FOUND, CONFLICT, REFUSED}
        return await self._call("change a limit", path, data=limits, none_for=none_for) is not None

    async def kill(self, container: str, *, max_s: float) -> None:
        """End all that runs in a container, and wait until it has ended; well if it is gone.

        Raises:
            SandboxUnavailableError: The engine is away, or it goes on.
        """
        await self._call("end a container", f"containers/{container}/kill")
        with _translated("end a container"):
            async with asyncio.timeout(max_s):
                await self._call("wait for a container", f"containers/{container}/wait")

    async def ended(self, container: str, *, max_s: float) -> Mapping[str, Any] | None:
        """Its last `State`, once it has ended; None where it goes on.

        Raises:
            SandboxUnavailableError: The engine is away, or the container is gone.
        """
        try:
            async with asyncio.timeout(max_s):
                await self._call("wait for a container", f"containers/{container}/wait")
        except TimeoutError:
            return None
        found = await self._call("look at a container", f"containers/{container}/json", "GET")
        if found is None:
            raise SandboxUnavailableError("a container was taken away during its grading.")
        return found["State"]

    async def usage(self, container: str) -> Mapping[str, Any]:
        """Its counters as they are now; empty if it is gone. Raises SandboxUnavailableError."""
        path = f"containers/{container}/stats"
        once = {"stream": "0", "one-shot": "1"}
        return await self._call("look at a container", path, "GET", params=once) or {}

    async def remove(self, container: str) -> None:
        """End a container and delete it; well if it is gone. Raises SandboxUnavailableError."""
        path = f"containers/{container}"
        await self._call("delete a container", path, "DELETE", params={"force": "1", "v": "1"})

    async def containers(self, label: str) -> Mapping[str, Mapping[str, str]]:
        """All containers with this `name=value` label: labels by id.

        Raises:
            SandboxUnavailableError: The engine is away.
        """
        params = {"all": "1", "filters": json.dumps({"label": [label]})}
        found = await self._call("list containers", "containers/json", "GET", params=params)
        return {str(container["Id"]): container["Labels"] for container in found or ()}

    async def _call(
        self,
        doing: str,
        path: str,
        method: str = "POST",
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        none_for: Container[int] = (NOT_FOUND, CONFLICT),
    ) -> Any:  # noqa: ANN401  # whatever JSON the engine answers
        """One request; None where there is no such thing, or it is going already."""
        # aiodocker has no call for changing limits nor for counters without a wait of a second.
        request = self.docker._query_json  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        with _translated(doing):
            try:
                async with asyncio.timeout(MAX_CALL_S):
                    return await request(path, method, params=params, data=data)
            except aiodocker.DockerError as error:
                if error.status in none_for:
                    return None
                raise


@dataclass(frozen=True, slots=True)
class Streams:
    """What a container reads and writes."""

    stream: Stream

    async def read(self) -> tuple[bytes, bool] | None:
        """What was written, and whether to its standard error; None at the end, however it came."""
        try:
            message = await self.stream.read_out()
        except (aiodocker.DockerError, ClientError, OSError):
            return None
        return None if message is None else (message.data, message.stream == STDERR)

    async def write(self, data: bytes) -> None:
        """Write to its standard input. Raises ConnectionError where nobody reads any more."""
        try:
            await self.stream.write_in(data)
        except (
            AssertionError,
            RuntimeError,
            ClientError,
        ) as error:  # aiodocker asserts a connection
            raise ConnectionError("the container's streams are closed") from error

    async def close(self) -> None:
        """Listen no more."""
        with contextlib.suppress(AssertionError, ClientError, OSError):
            await self.stream.close()


async def engine_answers() -> bool:
    """Whether there is a Docker engine that answers."""
    try:
        engine = Engine.connect()
    except SandboxUnavailableError:
        return False
    try:
        await engine.require()
    except SandboxError:
        return False
    finally:
        await engine.close()
    return True


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        yield chunk


@contextlib.contextmanager
def _translated(doing: str) -> Generator[None]:
    try:
        yield
    except (ClientError, OSError) as error:  # TimeoutError is an OSError
        raise SandboxUnavailableError(AWAY) from error
    except aiodocker.DockerError as error:
        if error.status == NO_ANSWER:
            raise SandboxUnavailableError(AWAY) from error
        raise SandboxUnavailableError(
            f"the Docker engine could not {doing}: {error.message.strip()}"
        ) from error
