"""Request bodies, held against Discord's published OpenAPI specification."""

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

WHERE = Path(__file__).with_name("schemas.json")
"""Made by `extract_schemas.py`; the licence stands beside it."""


@functools.cache
def _published() -> dict[str, Any]:
    return json.loads(WHERE.read_text(encoding="utf-8"))


@functools.cache
def _validator(route: str) -> Draft202012Validator | None:
    published = _published()
    schema = published["routes"].get(route)
    if schema is None:
        return None
    return Draft202012Validator({**schema, "components": published["components"]})


def problem(route: str, body: Any) -> str:  # noqa: ANN401  # any JSON
    """What is wrong with a request body; empty when nothing is."""
    validator = _validator(route)
    if validator is None:
        return "" if body is None else f"takes no body, and got {body!r:.200}"
    found: list[ValidationError] = list(validator.iter_errors(body))  # pyright: ignore[reportUnknownMemberType]  # untyped
    if not found:
        return ""
    error = _cause(found[0])
    return f"{error.json_path}: {error.message:.300}"


def _cause(error: ValidationError) -> ValidationError:
    """What is really wrong: of a union, the error of the member that was meant."""
    while error.context:
        members: dict[object, list[ValidationError]] = {}
        for one in error.context:
            members.setdefault(one.schema_path[0], []).append(one)
        meant = [some for some in members.values() if not any(map(_other_type, some))]
        error = min(meant or members.values(), key=len)[0]
    return error


def _other_type(error: ValidationError) -> bool:
    """Whether a member of a union is for another type, or for null."""
    if error.validator == "type":
        return error.validator_value == "null"
    return error.validator == "enum" and list(error.path) == ["type"]
