"""What is said of a message that is not graded, and why. Pure: facts in, words out."""

from bot.domain.challenge import Challenge
from bot.domain.exercise import Exercise
from bot.domain.parts import Parts
from bot.domain.text import quoted
from bot.services.submissions.source import definitions

KEPT = (
    "You are not in this cohort yet, so I keep your code. Take the pledge, here or with `/join`,"
    " and it is graded; there is nothing to send again."
)
KEPT_NO_LONGER = (
    "I no longer have the code that you sent before you joined. Please send it once more in the"
    " challenge's thread."
)
ELSEWHERE = (
    "That looks like an answer, and I grade answers in the challenge's thread. Please send it"
    " there, and delete it here: others are still writing theirs."
)
LINK = (
    "I cannot follow links. Please paste the code here between two lines of three backticks, or"
    " attach it as a `.py` or `.ipynb` file, and it is graded."
)
NO_CODE = "There was no code in the form. Paste it, or choose a file."
TWO_FILES = "Two code files came with that message. Please attach just one."
NO_FENCE = (
    "That looks like your answer. I grade code in a code block: edit your message and put a line of"
    " three backticks before the code and one after it, or attach it as a file."
)


def no_entry(exercise: Exercise, source: str) -> str:
    """A light remark on code that does not answer the exercise."""
    names = definitions.missing(source, exercise.entry) or exercise.entry
    return (
        f"That code does not define `{'`, `'.join(names)}` at its top level, so I took it"
        " as conversation: it does not count as a try. Send the whole definition when you want it"
        f" graded.{left_out(source, before=' ')}"
    )


def left_out(source: str, *, before: str) -> str:
    """A word on the cells of a notebook that are in another language; empty where none are."""
    cells = Parts.of(source).left_out
    words = ", ".join(f"{name} ({language})" for name, language in cells)
    return f"{before}Left out: {words}." if cells else ""


def kept_taken(title: str) -> str:
    """To a new member, about code that they had sent before."""
    return (
        f"The code that you sent for **{title}** is in line now; its feedback comes where you sent"
        " it."
    )


def not_a_code_file(name: str) -> str:
    """To somebody who attached something else."""
    return (
        f"I read code from `.py` and `.ipynb` files, and {quoted(name)} is neither. Attach the code"
        " as one of them, or put it between two lines of three backticks."
    )


def file_too_large(name: str, *, limit_kib: int) -> str:
    """To somebody whose notebook carries too much."""
    return (
        f"{quoted(name)} is over {limit_kib} KiB. Please attach the code alone, or a notebook"
        " without its outputs."
    )


def file_gone(name: str) -> str:
    """To somebody whose file was deleted meanwhile."""
    return f"{quoted(name)} cannot be read any more. Please attach it again."


def file_unreadable(name: str) -> str:
    """To somebody whose file the platform does not hand out, however often it is asked."""
    return (
        f"{quoted(name)} could not be read just now, and that is no fault of yours: it does not"
        " count as a try. Please send it again in a few minutes, or put the code into a code block."
    )


def too_late(challenge: Challenge) -> str:
    """To somebody who answers after the late hours."""
    return (
        f"This challenge is over: answers were taken until {challenge.late_until:%A %d %B, %H:%M}"
        " UTC. Your code stays in your message, and the mentors can still look at it with you."
    )


def too_many_waiting(pending: int) -> str:
    """To somebody who sends faster than the grader works."""
    return (
        f"{pending} of your submissions wait or are being graded, which is the limit. Please send"
        " this one again when one of them has its feedback."
    )


def too_many_today(graded: int) -> str:
    """To somebody who has had a day's gradings."""
    return (
        f"{graded} of your answers were graded in the last 24 hours, which is the limit, so I did"
        " not take this one. It costs no try. Your code stays in your message: send it again"
        " tomorrow, and until then a hint or a mentor may help more than another try."
    )


def too_many_tries(graded: int) -> str:
    """To somebody who has had a challenge's gradings."""
    return (
        f"{graded} of your answers to this challenge were graded, which is the limit, so I did not"
        " take this one. What you have reached stays. A mentor can look at your code with you."
    )
