"""How a solver names what is no exception of the learner's. Standard library only.

They stand where an exception's type stands, so learner code can use them too. It gains nothing: the
first ends a grading without a word about the checks, the second costs a try.
"""

NOT_IN_SANDBOX = "NotInSandbox"
"""The submission needs something that the sandbox does not have."""

KEYBOARD = "input()"
"""What such a submission needs where it is no package."""

STOPPED = "StoppedLoading"
"""A statement at the top level used up the time there is for loading."""
