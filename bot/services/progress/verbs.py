"""The form in which members say how they see themselves, as messages show it."""

from bot.services.talk.verbs import TEXT, Layout, Verb

SELF_VIEW = Verb(
    "self",
    TEXT,  # the page's key
    Layout(title="0 no, 1 partly, 2 yes", fields=(), submit_label="Keep it"),
)
"""Its fields are the page's lines."""
