"""Whatever text comes from outside, reading it takes time in proportion to its length."""

import contextlib
import json
import time

import pytest

from bot.domain.errors import UserError
from bot.domain.grading import SOURCE_LIMIT_BYTES
from bot.services.submissions.source import reading

HOSTILE = (
    "`",
    "```",
    "``` ",
    "```a\n",
    "~~~\n",
    "> ```\n",
    '"',
    '"""',
    '\\"""',
    "'''\\",
    "(",
    "[)",
    "\\\n",
    "%%time\n",
    "%a\\\n",
    " ",
    "\t \n",
    "\u00a0",
    "a ",
    "a = ",
    "a:",
    "def a",
    "- ",
    "1. ```\n",
    "{",
    "\r",
    "# ",
    "\u201c",
    "\u201c\u201c\u201c",
    "\u2018a",
    "\u00a0x",
    ">>> ",
    "In [1]: ",
    "%%wandb\n",
    "# %%\n",
    "``",
    "`x",
    "'''",
    "'''\n",
    "from __future__ import annotations\n",
    "@app.cell\ndef _():\n    return\n",
    "app = marimo.App(",
    "get_ipython().run_cell_magic('time', '', '",
    "a@b ",
    "https://gist.github.com/",
    "# --- cell 1 ---\n",
)


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_64_kib_of_hostile_text_is_read_in_linear_time(unit: str) -> None:
    text = unit * (SOURCE_LIMIT_BYTES // len(unit))
    cells = [{"cell_type": "code", "source": half} for half in (text[::2], text[: len(text) // 2])]
    started = time.process_time()

    reading.of_message(text, ["clip"])
    reading.shape_of(f"```\n{text}", ["clip"])
    reading.of_form(f"x{text}x", ["clip"])
    with contextlib.suppress(UserError):
        reading.of_notebook(json.dumps({"cells": cells}).encode(), "a.ipynb")

    # A second, or ten under a coverage tracer; a quadratic step would take minutes.
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "unit",
    [b"[", b"{", b"[],", b'"",', b'"outputs":[', b'"outputs":[],', b'"outputs":"', b'\\"'],
    ids=ascii,
)
def test_a_notebook_of_any_size_is_read_in_linear_time(unit: bytes) -> None:
    data = unit * (1024 * 1024 // len(unit))
    started = time.process_time()

    for text in (data, b'{"cells": [' + data, b'{"outputs": [' + data):
        with contextlib.suppress(UserError):
            reading.of_notebook(text, "a.ipynb")

    assert time.process_time() - started < 20  # where a quadratic step would take hours
