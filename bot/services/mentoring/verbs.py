"""The buttons of mentors, as messages show them."""

from bot.services.talk.verbs import NUMBER, Verb

KEEP_BETTER = Verb("regrade", NUMBER, once=True)  # of the regrade
STOP_REGRADE = Verb("stop-regrade", NUMBER, once=True)  # of the regrade
LEAVE_GRADES = Verb("leave-grades", NUMBER, once=True)  # of the regrade
