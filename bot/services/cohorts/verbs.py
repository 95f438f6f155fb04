"""The buttons about belonging to a cohort, as messages show them."""

from bot.domain.member import BoardMode
from bot.services.talk.verbs import NUMBER, Verb, one_of

JOIN = Verb("join", NUMBER, once=True)  # the cohort
SET_BOARD = Verb("board", one_of(BoardMode))
