"""The buttons and forms about submissions, as messages show them."""

from bot.domain.chat.message import FormField
from bot.services.talk.verbs import NUMBER, PAIR, TEXT, Layout, Verb

SUBMIT = Verb(
    "submit",
    NUMBER,  # the challenge
    Layout(
        title="Submit privately",
        fields=(FormField("code", "Your code", code=True, required=False),),
        submit_label="Send to the grader",
        accepts_file=True,
    ),
)
SHOW_HINT = Verb("hint", NUMBER, once=True)  # of the challenge
SHOW_SOLUTION = Verb("solution", PAIR, once=True)  # of the challenge; which one, from 0
SHOW_DETAILS = Verb("details", TEXT)  # of the submission
DISPUTE = Verb(
    "dispute",
    TEXT,  # the submission
    Layout(
        title="A check seems wrong",
        fields=(FormField("why", "Which check, and what did you expect instead?"),),
        submit_label="Send to the mentors",
    ),
)
