import pytest

from tests.support.parts import REQUIRED_PARTS, require


def test_missing_part_skips_where_nothing_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRED_PARTS, raising=False)

    with pytest.raises(pytest.skip.Exception, match="browser: no Chromium"):
        require("browser", "no Chromium")


def test_missing_part_fails_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED_PARTS, "docker,browser")

    with pytest.raises(pytest.fail.Exception, match="browser is required here"):
        require("browser", "no Chromium")


def test_other_parts_may_be_missing_where_one_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED_PARTS, "docker")

    with pytest.raises(pytest.skip.Exception):
        require("browser", "no Chromium")
