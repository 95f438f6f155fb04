"""Filling in a dialog, as Discord's client sends it."""

from collections.abc import Mapping, Sequence

from tests.fakes.discord.errors import Json
from tests.fakes.discord.model import File

ROW, LABEL, TEXT_INPUT, SELECT, FILE_UPLOAD, TEXT = 1, 18, 4, 3, 19, 10
TEXT_CHARS = 4000


def filled(
    modal: Json,
    fields: Mapping[str, str | Sequence[str]],
    files: Mapping[str, Sequence[File]],
) -> list[Json]:
    """The parts of a dialog with what was put in. Fails where the client would not send it."""
    used: set[str] = set()
    made: list[Json] = []
    for place, part in enumerate(modal["components"]):
        number = part.get("id", 100 + place)
        if part["type"] == LABEL:
            inner = _filled(part["component"], part["label"], fields, files, used)
            made.append({"type": LABEL, "id": number, "component": inner})
        elif part["type"] == ROW:
            inner = [
                _filled(entry, entry.get("label", ""), fields, files, used)
                for entry in part["components"]
            ]
            made.append({"type": ROW, "id": number, "components": inner})
        else:
            assert part["type"] == TEXT, f"the fake knows no part of type {part['type']}"
    unknown = (fields.keys() | files.keys()) - used
    assert not unknown, f"the dialog has no {sorted(unknown)}"
    return made


def _filled(
    part: Json,
    label: str,
    fields: Mapping[str, str | Sequence[str]],
    files: Mapping[str, Sequence[File]],
    used: set[str],
) -> Json:
    names = [name for name in (part["custom_id"], label) if name in fields or name in files]
    used.update(names)
    name = names[0] if names else ""
    made: Json = {"type": part["type"], "id": part.get("id", 1), "custom_id": part["custom_id"]}
    match part["type"]:
        case 4:
            return {**made, "value": _text(part, label, fields.get(name, part.get("value") or ""))}
        case 3:
            return {**made, "values": _chosen(part, label, fields.get(name, ()))}
        case 19:
            numbers = [str(file.id) for file in files.get(name, ())]
            _count(part, label, len(numbers))
            return {**made, "values": numbers}
        case kind:
            raise AssertionError(f"the fake knows no input of type {kind}")


def _text(part: Json, label: str, value: str | Sequence[str]) -> str:
    assert isinstance(value, str), f"{label!r} takes words"
    assert value or part.get("required") is False, f"{label!r} has to be filled in"
    high = part.get("max_length") or TEXT_CHARS
    assert len(value) <= high, f"{label!r} takes {high} characters at most"
    low = part.get("min_length") or 0
    assert not value or len(value) >= low, f"{label!r} takes {low} characters at least"
    return value


def _chosen(part: Json, label: str, values: str | Sequence[str]) -> list[str]:
    chosen = [values] if isinstance(values, str) else list(values)
    known = {option["value"] for option in part["options"]}
    assert known.issuperset(chosen), f"{label!r} has no {sorted(set(chosen) - known)}"
    _count(part, label, len(chosen))
    return chosen


def bounds(part: Json) -> tuple[int, int]:
    """How many values an input takes; discord.py sends null where nothing was said."""
    low, high = part.get("min_values"), part.get("max_values")
    return 1 if low is None else low, 1 if high is None else high


def _count(part: Json, label: str, count: int) -> None:
    if part.get("required") is False and count == 0:
        return
    low, high = bounds(part)
    assert low <= count <= high, f"{label!r} takes {low} to {high}, not {count}"
