"""The second server: health and metrics, apart from the chat."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.domain.errors import Limit
from bot.domain.submission import Submission
from bot.web.site import Site

Probe = Callable[[], Awaitable[str]]
"""Empty when well, else one sentence on what is wrong."""


@dataclass(slots=True)
class Metrics:
    """Prometheus metrics, in a registry of their own."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    graded: Counter = field(init=False)
    wait_s: Histogram = field(init=False)
    run_s: Histogram = field(init=False)
    refused: Counter = field(init=False)
    queued: Gauge = field(init=False)
    unsent: Gauge = field(init=False)
    waiting: Gauge = field(init=False)
    gpu_healthy: Gauge = field(init=False)
    loop_running: Gauge = field(init=False)
    loop_breaks: Counter = field(init=False)

    def __post_init__(self) -> None:
        self.graded = Counter(
            "freehand_graded", "Graded submissions", ["verdict"], registry=self.registry
        )
        self.wait_s = Histogram(
            "freehand_queue_seconds", "From receipt to the run", registry=self.registry
        )
        self.run_s = Histogram(
            "freehand_run_seconds", "From the run to the verdict", registry=self.registry
        )
        self.refused = Counter(
            "freehand_refused", "Where somebody met a limit", ["limit"], registry=self.registry
        )
        self.queued = Gauge("freehand_queued", "Submissions in line", registry=self.registry)
        self.unsent = Gauge("freehand_unsent", "Messages not sent yet", registry=self.registry)
        self.waiting = Gauge(
            "freehand_waiting_solvers", "Solvers that are ready", ["device"], registry=self.registry
        )
        self.gpu_healthy = Gauge(
            "freehand_gpu_healthy", "1 where a GPU can be used", ["gpu"], registry=self.registry
        )

        self.loop_running = Gauge(
            "freehand_loop_running", "1 where a loop is at work", ["loop"], registry=self.registry
        )
        self.loop_breaks = Counter(
            "freehand_loop_breaks", "How often a loop broke", ["loop"], registry=self.registry
        )

    def look_at_loops(self, running: Mapping[str, bool]) -> None:
        """Take the process's loops as they are now."""
        for loop, is_running in running.items():
            self.loop_running.labels(loop).set(is_running)

    def count_break(self, loop: str) -> None:
        """Count that a loop broke."""
        self.loop_breaks.labels(loop).inc()

    def look(self, *, waiting: Mapping[str, int], gpu_problems: Mapping[str, str]) -> None:
        """Take the sandbox's state as it is now, by device."""
        for device, count in waiting.items():
            self.waiting.labels(device).set(count)
        for gpu, problem in gpu_problems.items():
            self.gpu_healthy.labels(gpu).set(not problem)

    def refuse(self, limit: Limit) -> None:
        """Count somebody who met a limit."""
        self.refused.labels(limit.value).inc()

    def observe(self, submission: Submission) -> None:
        """Count one graded submission."""
        if submission.grade is None or submission.started_at is None:
            return
        self.graded.labels(submission.grade.verdict.value).inc()
        waited = submission.started_at - submission.received_at
        self.wait_s.observe(max(0.0, waited.total_seconds()))
        self.run_s.observe(submission.grade.usage.start_s + submission.grade.usage.run_s)


@dataclass(slots=True, kw_only=True)
class Operations:
    """Serves ``/healthz`` (200 or 503 with a sentence for each part) and ``/metrics``."""

    host: str
    port: int
    metrics: Metrics
    probes: Mapping[str, Probe]
    refresh: Callable[[], Awaitable[None]]
    _site: Site = field(init=False)

    def __post_init__(self) -> None:
        self._site = Site(
            host=self.host,
            port=self.port,
            purpose="health and metrics",
            advice="Set FREEHAND_OPS_PORT or FREEHAND_OPS_HOST to another one.",
            routes=[web.get("/healthz", self._health), web.get("/metrics", self._metrics)],
        )

    async def start(self) -> None:
        """Listen.

        Raises:
            SettingsError: The address cannot be used.
        """
        await self._site.start()

    async def stop(self) -> None:
        """Listen no more."""
        await self._site.stop()

    async def _health(self, _request: web.Request) -> web.Response:
        parts = {name: await probe() for name, probe in self.probes.items()}
        well = not any(parts.values())
        body = {name: sentence or "ok" for name, sentence in parts.items()}
        return web.json_response(body, status=200 if well else 503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        await self.refresh()
        return web.Response(body=generate_latest(self.metrics.registry), content_type="text/plain")
