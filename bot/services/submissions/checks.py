"""What is said of the checks of a submission, one by one."""

from itertools import groupby

from bot.domain.chat.message import Code, Text
from bot.domain.grading import CheckResult, CheckStatus, Grade
from bot.domain.text import sentence


def told(grade: Grade) -> list[Text | Code]:
    """Those that do not hold first, each with why; what broke over the same thing is one line."""
    blocks: list[Text | Code] = []
    passed = [check for check in grade.checks if check.status is CheckStatus.PASSED]
    unmet = [check for check in grade.checks if check.status is not CheckStatus.PASSED]
    for _, alike in groupby(unmet, key=_cause):
        first, *others = alike
        blocks.extend(_unmet(first))
        if others:
            titles = " · ".join(f"**{check.title}**{_bonus(check)}" for check in others)
            blocks.append(Text(f"❌ The same: {titles}"))
    if passed:
        blocks.append(Text("\n".join(f"- ✅ {check.title}{_bonus(check)}" for check in passed)))
    return blocks


def _cause(check: CheckResult) -> tuple[object, ...]:
    """Equal for checks that broke over the same thing."""
    return (check.message, check.traceback) if check.traceback else (check.name,)


def _unmet(check: CheckResult) -> list[Text | Code]:
    mark = "❌" if check.status is CheckStatus.FAILED else "⚪"
    note = f": {sentence(check.message)}" if check.message else ""
    blocks: list[Text | Code] = [Text(f"{mark} **{check.title}**{_bonus(check)}{note}")]
    if check.traceback:
        blocks.append(Code("\n".join(check.traceback), "pytb"))
    if check.example:
        blocks.append(Code(check.example, folded="The input that it fails for"))
    return blocks


def _bonus(check: CheckResult) -> str:
    return "" if check.core else " (bonus)"
