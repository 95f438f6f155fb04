"""Takes the request bodies of the routes that the fake serves out of Discord's specification.

The specification is published under the MIT licence at github.com/discord/discord-api-spec:

    python tests/discord/extract_schemas.py path/to/specs/openapi.json
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

Schema = dict[str, Any]

HERE = Path(__file__).parent
PREFIX = "#/components/schemas/"
NOTES = {"description", "title", "format", "x-discord-union", "default", "deprecated"}
"""What says nothing that is checked."""

COMMANDS = "/applications/{application_id}/commands"
GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
CHANNEL = "/channels/{channel_id}"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
ROUTES = (
    ("post", f"{CHANNEL}/messages"),
    ("patch", f"{CHANNEL}/messages/{{message_id}}"),
    ("post", f"{CHANNEL}/messages/{{message_id}}/threads"),
    ("post", f"{CHANNEL}/threads"),
    ("patch", CHANNEL),
    ("put", f"{CHANNEL}/permissions/{{overwrite_id}}"),
    ("post", "/users/@me/channels"),
    ("put", COMMANDS),
    ("put", GUILD_COMMANDS),
    ("post", "/interactions/{interaction_id}/{interaction_token}/callback"),
    ("post", WEBHOOK),
    ("patch", f"{WEBHOOK}/messages/@original"),
    ("patch", f"{WEBHOOK}/messages/{{message_id}}"),
)

NARROWED = {
    # The union is of all kinds of channel, of which one or another lets any body through. The fake
    # has text channels and threads.
    f"PATCH {CHANNEL}": ["UpdateThreadRequestPartial", "UpdateGuildChannelRequestPartial"],
    f"POST {CHANNEL}/threads": ["CreateTextThreadWithoutMessageRequest"],
    # The other half of this union is the body of a change.
    f"POST {WEBHOOK}": ["IncomingWebhookRequestPartial"],
}

RELAXED: dict[str, Schema] = {
    # Published as text alone. Discord takes numbers as well, and discord.py sends them: in lists of
    # attachments, for a recipient, in a reference to a message.
    "SnowflakeType": {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$", "minimum": 0},
}


def bare(node: Any, *, names: bool = False) -> Any:  # noqa: ANN401  # any JSON
    """A schema without notes. Where keys are names of properties, none is one."""
    if isinstance(node, dict):
        fields = cast("Schema", node)
        return {
            key: bare(value, names=not names and key == "properties")
            for key, value in fields.items()
            if names or key not in NOTES
        }
    if isinstance(node, list):
        return [bare(entry) for entry in cast("list[Any]", node)]
    return node


def named(node: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    """The schemas that a schema refers to."""
    if isinstance(node, dict):
        fields = cast("Schema", node)
        if "$ref" in fields:
            yield fields["$ref"].removeprefix(PREFIX)
        node = list(fields.values())
    if isinstance(node, list):
        for entry in cast("list[Any]", node):
            yield from named(entry)


def extract(specification: Schema) -> Schema:
    """The schemas of all routes, and of what they refer to."""
    known = specification["components"]["schemas"]
    routes: Schema = {}
    for method, path in ROUTES:
        name = f"{method.upper()} {path}"
        body = specification["paths"][path][method]["requestBody"]["content"]["application/json"]
        routes[name] = bare(body["schema"])
        if name in NARROWED:
            routes[name] = {"anyOf": [{"$ref": PREFIX + entry} for entry in NARROWED[name]]}
    needed: Schema = {}
    waiting = sorted(set(named(routes)))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = RELAXED.get(name) or bare(known[name])
            waiting += sorted(set(named(needed[name])))
    return {"routes": routes, "components": {"schemas": dict(sorted(needed.items()))}}


def lines(schemas: Schema) -> str:
    """One schema on a line, so that changes can be read."""
    text = json.dumps(schemas, separators=(",", ":"))
    for name in (*schemas["routes"], *schemas["components"]["schemas"]):
        key = f"{json.dumps(name)}:{{"
        text = text.replace(f"{{{key}", f"{{\n{key}", 1).replace(f",{key}", f",\n{key}", 1)
    return f"{text}\n"


if __name__ == "__main__":
    [source] = sys.argv[1:]
    made = extract(json.loads(Path(source).read_text(encoding="utf-8")))
    (HERE / "schemas.json").write_text(lines(made), encoding="utf-8")
