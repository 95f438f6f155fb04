"""From the bytes of a file to its source."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UserError
from bot.domain.grading import SOURCE_LIMIT_BYTES
from bot.domain.parts import Parts
from bot.services.submissions.source import files, reading


def notebook(*cells: object, **rest: object) -> bytes:
    return json.dumps({"cells": cells, "nbformat": 4, **rest}).encode()


def cell(source: object, kind: str = "code") -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {}}


def test_a_notebook_yields_its_code_cells_in_order() -> None:
    data = notebook(
        cell("# Title", "markdown"),
        cell(["%matplotlib inline\n", "import torch\n"]),
        cell("%%bash\nls"),
        cell(""),
        cell("%%time\ndef f():\n    pass"),
    )

    assert reading.of_notebook(data, "a.ipynb") == (
        "# --- cell 1 ---\n# %matplotlib inline\nimport torch\n\n"
        "# --- cell 2 is left out: bash ---\n\n"
        "# --- cell 4 ---\n# %%time\ndef f():\n    pass\n"
    )


@pytest.mark.parametrize("count", ["execution_count", "prompt_number"])
def test_a_cell_that_was_run_is_named_as_jupyter_shows_it(count: str) -> None:
    source = reading.of_notebook(notebook({**cell("x = 1"), count: 7}, cell("y = 2")), "a.ipynb")

    assert Parts.of(source).where(2) == "cell 1 (In [7]), line 1"
    assert Parts.of(source).where(5) == "cell 2, line 1"


def test_a_single_cell_is_its_source() -> None:
    assert reading.of_notebook(notebook(cell("x = 1")), "a.ipynb") == "x = 1\n"


def test_worksheets_of_format_3_are_read() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python"}]}
    data = json.dumps({"metadata": {}, "nbformat": 3, "worksheets": [sheet, sheet]}).encode()

    assert Parts.of(reading.of_notebook(data, "a.ipynb")).where(7) == "cell 2, line 2"


@pytest.mark.parametrize(
    "marked",
    [
        {"metadata": {"vscode": {"languageId": "shellscript"}}},
        {"metadata": {"dotnet_interactive": {"language": "csharp"}}},
        {"metadata": {"polyglot_notebook": {"kernelName": "fsharp"}}},
        {"language": "R"},
    ],
)
def test_a_cell_marked_as_another_language_is_left_out_with_a_word(
    marked: dict[str, object],
) -> None:
    data = notebook({**cell("pip install torch"), **marked}, cell("x = 1"))

    source = reading.of_notebook(data, "a.ipynb")

    [(name, language)] = Parts.of(source).left_out
    assert (name, bool(language)) == ("cell 1", True)
    assert "pip install" not in source


def test_a_notebook_in_another_language_is_named() -> None:
    data = notebook(cell("x <- 1"), metadata={"kernelspec": {"language": "R"}})

    with pytest.raises(UserError, match=r"no Python code cells. I found r\."):
        reading.of_notebook(data, "a.ipynb")


def test_outputs_and_pictures_of_any_size_do_not_count() -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 3_000_000}}
    text = {"output_type": "stream", "text": [f'step {n} {{"outputs": [\n' for n in range(50_000)]}
    pasted = {"a.png": {"image/png": "B" * 1_000_000}}
    data = notebook(
        {**cell("# look", "markdown"), "attachments": pasted},
        {**cell('x = {"outputs": [1]}'), "outputs": [picture, text]},
        metadata={"widgets": {"state": {"a": ["C" * 1_000_000]}}},
    )

    assert reading.of_notebook(data, "a.ipynb") == 'x = {"outputs": [1]}\n'


def test_a_notebook_is_refused_by_the_size_of_its_code_alone() -> None:
    large = "#" * (SOURCE_LIMIT_BYTES // 2)
    html = cell("%%html\n" + large)
    reading.of_notebook(notebook(cell(large), html, html), "a.ipynb")
    with pytest.raises(UserError, match="64 KiB of code"):
        reading.of_notebook(notebook(cell(large), cell(large), cell("x = 1")), "a.ipynb")
    with pytest.raises(UserError, match="beside its outputs"):
        reading.of_notebook(notebook(cell("x = 1"), cell("#" * 2_000_000, "markdown")), "a.ipynb")


@pytest.mark.parametrize("name", ["a.ipynb", "a.ipynb.txt", "a.ipynb.json", "a.txt"])
def test_a_notebook_is_one_whatever_ending_a_browser_gave_it(name: str) -> None:
    assert reading.of_file(notebook(cell("x = 1")), name, ["x"]) == "x = 1\n"


@pytest.mark.parametrize("name", ["a.py", "a.ipynb", "message.txt"])
@pytest.mark.parametrize("data", [b"", b" \n"])
def test_an_empty_file_is_said_to_be_empty(name: str, data: bytes) -> None:
    with pytest.raises(UserError, match=f"{name} is empty"):
        reading.of_file(data, name, ["x"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a notebook"),
        (b"{", "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"outputs":' + b"[" * 1_000_000, "not a notebook"),
        (b'{"a":' * 100_000, "not a notebook"),
        (b"9" * 10_000, "not a notebook"),
        (b"[]", "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": []}', "no list of cells"),
        (notebook(), "no Python code cells"),
        (notebook(1, None, [], "x"), "no Python code cells"),
        (notebook(cell("# Title", "markdown")), "no Python code cells"),
        (notebook(cell(None)), "without text"),
        (notebook(cell([1])), "without text"),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"\x89PNG\r\n", "not UTF-8"),
    ],
)
def test_what_is_no_notebook_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        reading.of_notebook(data, "a.ipynb")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff")))
def test_utf8_decodes_with_and_without_a_byte_order_mark(text: str) -> None:
    assert files.decode(text.encode("utf-8-sig"), "a.py") == files.decode(text.encode(), "a.py")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("x = 1".encode("utf-16"), "UTF-16"),
        ("x = 1\ny = 'é'".encode("latin-1"), "line 2"),
        (b"x = 1\0", "zero bytes"),
    ],
)
def test_a_file_that_is_not_utf8_text_gets_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        files.decode(data, "clip.py")


def test_source_of_exactly_the_limit_is_accepted_and_one_byte_more_is_not() -> None:
    files.require_acceptable("x" * SOURCE_LIMIT_BYTES)
    with pytest.raises(UserError, match="64 KiB"):
        files.require_acceptable("x" * (SOURCE_LIMIT_BYTES + 1))
    with pytest.raises(UserError, match="96 KiB"):
        files.require_acceptable("\u00e9" * (SOURCE_LIMIT_BYTES * 3 // 4))


@pytest.mark.parametrize(("source", "words"), [("a\0", "zero"), ("x\n\ud800", "Line 2")])
def test_source_that_no_database_could_keep_is_refused(source: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        files.require_acceptable(source)
