"""Text and code as HTML. Nothing that a person typed reaches the page unescaped."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from bot.chat.web.python_colours import coloured
from bot.domain.text import one_line, printable

MARKDOWN_LIMIT_CHARS = 20_000
"""Longer prose is shown as typed: parsing it takes a tenth of a second and more."""

HIGHLIGHT_LIMIT_CHARS = 70_000
"""Longer code is shown in one colour: no exercise takes as much."""

SHOWN_LINES = 24
"""Of a block of code; a longer one is shown whole when it is asked for."""

MENTION = re.compile(r"(?<![\w.@/])@freehand\b", re.IGNORECASE)

_PYTHON = {"", "ipython", "py", "python", "python3"}
_TITLES = dict.fromkeys(_PYTHON, "Python") | {
    "": "Code",
    "bash": "Shell",
    "console": "Terminal",
    "diff": "DIFF",
    "json": "JSON",
    "pytb": "Traceback",
    "sh": "Shell",
    "shell": "Shell",
    "sql": "SQL",
    "toml": "TOML",
    "traceback": "Traceback",
    "yaml": "YAML",
    "yml": "YAML",
}

_SPOILER = "||"
_FENCE = re.compile(r"`{3,}+")
_TAG = re.compile(r"[ \t]*(?:([A-Za-z][\w+#.-]{0,30})?[ \t]*\n|(py|python|python3)[ \t]+(?=\S))")
_SPECIAL = re.compile(rf"({MENTION.pattern})|(https?://[^\s<>\"'`]+)", re.IGNORECASE)
_COMMAND = re.compile(r"/[a-z]+(?: [a-z]+)?")


def code(source: str, language: str = "python") -> str:
    """A block of code with its language and a button that copies it."""
    body = printable(source).strip("\n")
    is_coloured = language.lower() in _PYTHON and len(body) <= HIGHLIGHT_LIMIT_CHARS
    shown = coloured(body) if is_coloured else escape(body)
    title = _TITLES.get(language.lower(), "Text")
    count = body.count("\n") + 1
    is_long = count > SHOWN_LINES
    more = (
        '<button type="button" class="more" data-do="more" aria-expanded="false">'
        f"Show all {count} lines</button>"
    )
    return (
        f'<figure class="code{" long" if is_long else ""}"><figcaption><span>{title}</span>'
        '<button type="button" class="copy" data-do="copy">Copy</button></figcaption>'
        f'<pre tabindex="0" aria-label="{title}"><code>{shown}</code></pre>'
        f"{more if is_long else ''}</figure>"
    )


def folded(html: str, words: str, kind: str = "fold") -> str:
    """Something that opens when these words are pressed; the thing itself where there are none."""
    if not words:
        return html
    return f'<details class="{kind}"><summary>{escape(words)}</summary>{html}</details>'


def trusted(markdown: str) -> str:
    """Markdown by the bot: emphasis, code, links, lists, headings, tables. No HTML passes."""
    if len(markdown) > MARKDOWN_LIMIT_CHARS:
        return _as_typed(markdown)
    return _parser(typed=False).render(printable(markdown))


def words(markdown: str) -> str:
    """A few words by the bot within a line, such as a label."""
    return _parser(typed=False).renderInline(one_line(markdown))


def typed(text: str) -> str:
    """A person's message: fenced blocks begin and end anywhere in a line, as chats have it."""
    return "".join(_typed_parts(text.replace("\r\n", "\n")))


def _typed_parts(text: str) -> Iterator[str]:
    position = 0
    while opening := _FENCE.search(text, position):
        prose = text[position : opening.start()]
        # Backticks close unless a word or the end of a string follows: that is a fence in the code.
        closing = re.compile(rf"(?<!`)`{{{len(opening[0])},}}+(?![\w\"'{{])").search(
            text, opening.end()
        )
        end, position = closing.span() if closing else (len(text), len(text))
        block = _block(text[opening.end() : end])
        if prose.endswith(_SPOILER) and text.startswith(_SPOILER, position):
            prose, position = prose.removesuffix(_SPOILER), position + len(_SPOILER)
            block = folded(block, "Spoiler", "spoiler")
        yield _prose(prose.strip("\n"))
        yield block
    if prose := text[position:].strip("\n"):
        yield _prose(prose)


def _block(body: str) -> str:
    tag = _TAG.match(body)
    if tag is None:
        return code(body, "")
    return code(body[tag.end() :], (tag[1] or tag[2] or "").lower())


def _prose(text: str) -> str:
    if not text.strip():
        return ""
    if len(text) > MARKDOWN_LIMIT_CHARS:
        return _as_typed(text)
    return _parser(typed=True).render(text)


def _as_typed(text: str) -> str:
    return f'<p class="as-typed">{escape(text)}</p>'


@cache
def _parser(*, typed: bool) -> MarkdownIt:
    """The parser of what a person types, or of what the bot says."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": typed, "maxNesting": 12})
    parser.enable("strikethrough")
    parser.inline.add_terminator_char("|")
    parser.inline.ruler.before("emphasis", "spoiler", _read_spoiler)
    parser.disable(["image", "html_block", "html_inline", "reference", "entity"])
    if typed:  # four blanks before a pasted line are no code block in any chat
        parser.disable("code")
    else:  # one of many columns takes a second, however short it is typed
        parser.enable("table")
        parser.add_render_rule("code_inline", _render_inline_code)
    # Where an escape is still a token of its own, so that `https:\\//` is no address.
    parser.core.ruler.before("text_join", "special", _mark_special)
    for kind, rule in (("fence", _render_fence), ("code_block", _render_fence)):
        parser.add_render_rule(kind, rule)
    parser.add_render_rule("special", _render_special)
    parser.add_render_rule("spoiler_open", _render_spoiler)
    parser.add_render_rule("spoiler_close", _render_spoiler)
    parser.add_render_rule("link_open", _render_link)
    return parser


def _read_spoiler(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # as the parser calls it
    """``||text||``, hidden until somebody asks for it."""
    if not state.src.startswith(_SPOILER, state.pos):
        return False
    start = state.pos + len(_SPOILER)
    end = state.src.find(_SPOILER, start, state.posMax)
    if end < 0 or not state.src[start:end].strip():
        return False
    if not silent:
        state.push("spoiler_open", "span", 1)
        behind, state.pos, state.posMax = state.posMax, start, end
        state.md.inline.tokenize(state)
        state.posMax = behind
        state.push("spoiler_close", "span", -1)
    state.pos = end + len(_SPOILER)
    return True


def _mark_special(state: StateCore) -> None:
    """Turn mentions and bare addresses in text into tokens of their own."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_split(block.children))


def _split(tokens: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type.startswith("link_") else 0
        if token.type != "text" or depth:
            yield token
            continue
        position = 0
        for found in _SPECIAL.finditer(token.content):
            yield Token("text", "", 0, content=token.content[position : found.start()])
            yield Token("special", "", 0, content=_trimmed(found[0]))
            position = found.start() + len(_trimmed(found[0]))
        yield Token("text", "", 0, content=token.content[position:])


def _trimmed(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    return address.rstrip(".,;:!?)*_~")


def _render_special(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    content = tokens[index].content
    if content.startswith("@"):
        return '<span class="mention">@Freehand</span>'
    return f'<a href="{escape(content)}" {_LINK_ATTRIBUTES}>{escape(content)}</a>'


def _render_spoiler(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    if tokens[index].nesting < 0:
        return "</span></span>"
    return (
        '<span class="spoiler"><button type="button" data-do="reveal" aria-expanded="false">'
        'Spoiler</button><span class="covered" hidden>'
    )


def _render_link(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    # The parser has refused javascript:, vbscript:, file: and data: addresses already.
    address = str(tokens[index].attrGet("href") or "")
    return f'<a href="{escape(address)}" {_LINK_ATTRIBUTES}>'


def _render_fence(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    words = tokens[index].info.split()
    return code(tokens[index].content, words[0] if words else "")


def _render_inline_code(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    content = escape(tokens[index].content)
    if _COMMAND.fullmatch(content):
        return f'<button type="button" class="command" data-command="{content}">{content}</button>'
    return f"<code>{content}</code>"


_LINK_ATTRIBUTES = 'target="_blank" rel="noopener noreferrer nofollow"'
