"""An exercise's checks, as the judge reads them."""

import importlib.util
import sys
from pathlib import Path

from bot.kit.check import Check, take_declared


def load_harness(folder: Path) -> str:
    """Read an exercise's `harness.py`; empty when it has none."""
    file = folder / "harness.py"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def load_checks(folder: Path) -> list[Check]:
    """Read an exercise's `checks.py`."""
    spec = importlib.util.spec_from_file_location(f"checks_of_{folder.name}", folder / "checks.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "checks.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    take_declared()
    spec.loader.exec_module(module)
    return take_declared()
