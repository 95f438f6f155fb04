"""The sentences of a task, and which wrong solutions break them.

What a task asks for stands in its lists. `sentences.toml` names, for a few words of each of their
sentences, the wrong solutions that break it, or says that it only tells what is given.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

FILE = "sentences.toml"
GIVEN = "given"
"""For a sentence that asks for nothing."""

_BETWEEN = re.compile(r"(?<=[.!?]) (?=[A-Z`*(])")


def sentences_of(task: str) -> Sequence[str]:
    """The sentences of all list items of a task, on one line each."""
    return [sentence for item in _items(task) for sentence in _BETWEEN.split(item)]


def _items(task: str) -> Iterator[str]:
    item: list[str] = []
    for line in [*task.splitlines(), ""]:
        if item and line.startswith("  ") and line.strip():
            item.append(line.strip())
            continue
        if item:
            yield " ".join(item)
        item = [line[2:].strip()] if line.startswith("- ") else []


def sentence_problems(folder: Path, task: str, wrongs: Collection[str]) -> Iterator[str]:
    """What is missing so that every sentence of the task has a wrong solution.

    Args:
        folder: The exercise's.
        task: Its text.
        wrongs: Names of its wrong solutions.
    """
    try:
        broken_by = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except OSError:
        yield f"It has no {FILE}: for some words of each sentence of the task, what breaks it."
        return
    except tomllib.TOMLDecodeError as error:
        yield f"{FILE} is no TOML: {error}."
        return
    sentences = sentences_of(task)
    yield from _unbroken(sentences, broken_by)
    for words, names in broken_by.items():
        yield from _entry_problems(words, names, sentences, wrongs)


def _unbroken(sentences: Sequence[str], broken_by: Mapping[str, object]) -> Iterator[str]:
    for sentence in sentences:
        if not any(words in sentence for words in broken_by):
            yield f"{FILE} names no wrong solution that breaks “{sentence}”"


def _entry_problems(
    words: str, names: object, sentences: Sequence[str], wrongs: Collection[str]
) -> Iterator[str]:
    if not any(words in sentence for sentence in sentences):
        yield f"{FILE} quotes “{words}”, which is in no list of the task."
    if names == GIVEN:
        return
    if not isinstance(names, list) or not names:
        yield f'{FILE}: “{words}” needs a list of wrong solutions, or "{GIVEN}".'
        return
    for name in cast("list[object]", names):
        if name not in wrongs:
            yield f"{FILE} names wrong/{name}.py, which there is not."
