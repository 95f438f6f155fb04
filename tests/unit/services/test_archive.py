"""What is handed out to a person: a zip file of a bounded size."""

import io
import json
import random
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.domain.personal import Belongings, Record
from bot.services.privacy.archive import pack

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def a_submission(number: int, source: str | None) -> Record:
    received_at = NOW.isoformat()
    return {"id": f"s{number}", "exercise": "clip", "received_at": received_at, "source": source}


def unpacked(packed: bytes) -> Mapping[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_code_lies_in_files_that_the_records_name() -> None:
    files = unpacked(pack({"submissions": [a_submission(1, "x = 'ä'")]}, at=NOW))

    [record] = json.loads(files["me.json"])["submissions"]
    assert record["code"] == "code/2026-11-27-clip-s1.py"
    assert files[record["code"]] == "x = 'ä'"
    assert "source" not in record


def test_what_is_forgotten_and_what_is_left_out_is_said() -> None:
    sent = [a_submission(1, ""), a_submission(2, None)]

    files = unpacked(pack({"submissions": sent}, at=NOW))

    records = json.loads(files["me.json"])["submissions"]
    assert [record["code"] for record in records] == ["forgotten", "left out"]
    assert "newest code" in files["README.txt"]


def test_a_whole_file_says_of_nothing_that_it_is_left_out() -> None:
    belongings: Belongings = {"submissions": [a_submission(1, "x")], "hints": []}

    assert "Only the newest" not in unpacked(pack(belongings, at=NOW))["README.txt"]


def test_the_file_never_passes_its_limit() -> None:
    noise = random.Random(1)  # noqa: S311 - no secret
    sent = [a_submission(number, noise.randbytes(2000).hex()) for number in range(100)]

    packed = pack({"submissions": sent}, at=NOW, max_bytes=50_000)

    assert len(packed) <= 50_000
    files = unpacked(packed)
    assert "code/2026-11-27-clip-s0.py" in files
    assert "code/2026-11-27-clip-s99.py" not in files
    assert "Only the newest" in files["README.txt"]


def test_halves_of_characters_do_not_keep_the_rest_back() -> None:
    assert "?" in unpacked(pack({"words": [{"text": "\ud800"}]}, at=NOW))["me.json"]
