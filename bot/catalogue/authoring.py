"""A new exercise begins as a small one that stands the gate."""

import shutil
from pathlib import Path

from bot.catalogue.reading import KEBAB_CASE
from bot.domain.errors import CatalogueError

TEMPLATE = Path(__file__).parent / "template"


def create(root: Path, slug: str) -> Path:
    """Make an exercise's folder with all its files, to be changed one by one.

    Args:
        root: The folder of all exercises; it is made if it is missing.
        slug: The new one's name, in kebab-case.

    Returns:
        The folder.

    Raises:
        CatalogueError: The name will not do, there is one of that name, or it cannot be written.
    """
    folder = root / slug
    if not KEBAB_CASE.fullmatch(slug):
        raise CatalogueError("An exercise is named in small letters, digits and hyphens: soft-max.")
    if folder.exists():
        raise CatalogueError(f"There is {folder} already.")
    try:
        shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise CatalogueError(f"{folder} cannot be written: {error.strerror}.") from error
    return folder
