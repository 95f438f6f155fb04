"""`exercises/milestones.toml`, read as data."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import cattrs

from bot.domain.errors import CatalogueError
from bot.domain.exercise import MILESTONES, MilestoneRule

_CONVERTER = cattrs.Converter(forbid_extra_keys=True)


def read_rules(root: Path) -> Mapping[str, MilestoneRule]:
    """The rules of milestones, by code; none where the folder has no such file.

    Raises:
        CatalogueError: The file is malformed; the message says what is wrong.
    """
    path = root / "milestones.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = _CONVERTER.structure(data, dict[str, MilestoneRule])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path} is not TOML: {error}.") from error
    except cattrs.BaseValidationError as error:
        reasons = "; ".join(cattrs.transform_error(error, path="milestones"))
        raise CatalogueError(f"{path}: {reasons}.") from error
    unknown = sorted(set(rules) - set(MILESTONES))
    if unknown:
        raise CatalogueError(f"{path}: there is no milestone {', '.join(unknown)}.")
    return rules
