"""What an exercise's `checks.py` is written with: all of it is imported from here.

A check asks the solution for values and compares them with its own. It runs in the judge, never
sees the learner's code, and an answer is only ever data: a lie is just a wrong number.
docs/exercises.md lists the verbs.
"""

from bot.kit.behaviour import expect_raises as expect_raises
from bot.kit.behaviour import expect_same as expect_same
from bot.kit.check import check as check
from bot.kit.errors import CheckFailed as CheckFailed
from bot.kit.errors import SolutionRaised as SolutionRaised
from bot.kit.expect import expect as expect
from bot.kit.expect import expect_close as expect_close
from bot.kit.expect import expect_equal as expect_equal
from bot.kit.expect import expect_form as expect_form
from bot.kit.expect import expect_number as expect_number
from bot.kit.expect import expect_within as expect_within
from bot.kit.expect import fail as fail
from bot.kit.oracle import Call as Call
from bot.kit.oracle import answers as answers
from bot.kit.oracle import expect_alike as expect_alike
from bot.kit.oracle import expect_answers as expect_answers
from bot.kit.oracle import expect_gradients as expect_gradients
from bot.kit.oracle import in_float64 as in_float64
from bot.kit.render import render_value as render_value
from bot.kit.rng import Rng as Rng
from bot.kit.solution import Remote as Remote
from bot.kit.solution import Solution as Solution
from bot.kit.stream import Stream as Stream
from bot.wire.values import Generator as Generator
from bot.wire.values import Value as Value
