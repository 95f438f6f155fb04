"""HTML from templates. Every page of ours is made here."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

SHARED = Path(__file__).parent / "html"


class Templates:
    """Renders the templates of some folders, and those that every page may build on."""

    def __init__(
        self, *folders: Path, filters: Mapping[str, Callable[..., str]] | None = None
    ) -> None:
        """Look for templates here.

        Args:
            folders: Looked through in this order, before the shared ones.
            filters: What templates may call, by name.
        """
        self._environment = Environment(
            loader=FileSystemLoader([*folders, SHARED]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        for name, function in (filters or {}).items():
            self._environment.filters[name] = function

    def render(self, template: str, /, **values: object) -> str:
        """A template with these values."""
        return self._environment.get_template(template).render(**values)


def plain_page(
    templates: Templates, template: str, /, *, status: int = 200, **values: object
) -> web.Response:
    """A page that has a style of its own, no script and no picture.

    Args:
        templates: Has the template.
        template: One that extends ``plain.html``.
        status: The HTTP status.
        values: What the template shows.
    """
    nonce = secrets.token_urlsafe(12)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'"
    return web.Response(
        status=status,
        text=templates.render(template, nonce=nonce, **values),
        content_type="text/html",
        headers={"Content-Security-Policy": policy},
    )
