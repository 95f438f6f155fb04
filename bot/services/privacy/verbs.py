"""The buttons about what is kept of a person, as messages show them."""

from bot.services.talk.verbs import NOTHING, Verb

EXPORT = Verb("export", NOTHING)
FORGET = Verb("forget-me", NOTHING)
