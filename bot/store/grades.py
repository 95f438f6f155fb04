"""Grades and their check results, as rows."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.grading import CheckResult, CheckStatus, Grade, Usage, Verdict
from bot.store.base import Base, Lines
from bot.store.mapping import row_of, value_of


class CheckResultRow(Base):
    """A `CheckResult` as a row; the checks of a grade keep their order."""

    __tablename__ = "check_results"

    submission: Mapped[str] = mapped_column(
        ForeignKey("grades.submission"), primary_key=True, init=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    title: Mapped[str]
    core: Mapped[bool]
    points: Mapped[int]
    status: Mapped[CheckStatus]
    message: Mapped[str]
    traceback: Mapped[Lines]
    example: Mapped[str]
    hint: Mapped[int]


class GradeRow(Base):
    """The one grade of a submission: the primary key is what makes a second one impossible."""

    __tablename__ = "grades"
    __table_args__ = (
        ForeignKeyConstraint(["submission", "run"], ["runs.submission", "runs.number"]),
    )

    submission: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    run: Mapped[int]
    graded_at: Mapped[datetime]
    verdict: Mapped[Verdict]
    core_share: Mapped[float]
    try_number: Mapped[int]
    detail: Mapped[str]
    traceback: Mapped[Lines]
    output: Mapped[str]
    start_s: Mapped[float]
    run_s: Mapped[float]
    peak_memory_bytes: Mapped[int | None] = mapped_column(BigInteger)
    checks: Mapped[list[CheckResultRow]] = relationship(
        lazy="selectin", order_by=CheckResultRow.position, default_factory=list
    )


def grade_of(row: GradeRow) -> Grade:
    """The grade that a row holds."""
    checks = tuple(value_of(CheckResult, check) for check in row.checks)
    return value_of(Grade, row, checks=checks, usage=value_of(Usage, row))


def grade_row(
    grade: Grade, *, submission: str, run: int, at: datetime, try_number: int
) -> GradeRow:
    """The row that holds a grade."""
    return GradeRow(
        submission=submission,
        run=run,
        graded_at=at,
        verdict=grade.verdict,
        core_share=grade.core_share,
        try_number=try_number,
        detail=grade.detail,
        traceback=grade.traceback,
        output=grade.output,
        start_s=grade.usage.start_s,
        run_s=grade.usage.run_s,
        peak_memory_bytes=grade.usage.peak_memory_bytes,
        checks=[
            row_of(CheckResultRow, check, position=position)
            for position, check in enumerate(grade.checks, 1)
        ],
    )
