"""What a judge does about a job, by its kind."""

import traceback

from bot.inside.common.pipe import Pipe
from bot.inside.judge.checks import Checks
from bot.inside.judge.grading import MAX_TRACE_CHARS, Grading
from bot.wire.jobs import GradeJob, JobFailed, Result, read_job


def carry_out(pipe: Pipe, payload: bytes, checks: Checks) -> Result:
    """What comes of a job; one of a kind that is not known fails."""
    try:
        job = read_job(payload)
        if isinstance(job, GradeJob):
            return Grading(pipe, job).run(checks.get(job.exercise, job.checks))
        return JobFailed(trace=f"no judge does a {type(job).__name__} yet")
    except Exception:  # noqa: BLE001  # our own fault: the host learns of it, and tries again
        return JobFailed(trace=traceback.format_exc()[-MAX_TRACE_CHARS:])
