"""Where a platform refuses the bot."""

import pytest

from bot.chat.common.closed_channels import ClosedChannels
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import ForbiddenError, GoneError, TransientError

PRACTICE = ConversationRef("fake", "here", "practice")
THREAD = ConversationRef("fake", "here", "practice", "monday")


def everywhere(_: ConversationRef) -> bool:
    return True


@pytest.fixture
def closed() -> ClosedChannels:
    """A thread is closed."""
    made = ClosedChannels()
    with pytest.raises(ForbiddenError), made.watch(THREAD):
        raise ForbiddenError("Missing Permissions")
    return made


def test_a_refusal_is_said_with_its_channel_until_it_is_none(closed: ClosedChannels) -> None:
    said = closed.problem(everywhere)
    assert said == "Missing Permissions (channel monday; `freehand doctor` says more)"
    with closed.watch(THREAD):
        pass
    assert closed.problem(everywhere) == ""


def test_what_is_gone_is_not_closed(closed: ClosedChannels) -> None:
    with pytest.raises(GoneError), closed.watch(THREAD):
        raise GoneError("Unknown Channel")
    assert closed.problem(everywhere) == ""


def test_other_errors_say_nothing_of_a_refusal(closed: ClosedChannels) -> None:
    with pytest.raises(TransientError), closed.watch(THREAD):
        raise TransientError("Discord is away")
    assert closed.problem(everywhere) != ""


def test_other_conversations_say_nothing_of_a_refusal(closed: ClosedChannels) -> None:
    with closed.watch(PRACTICE):
        pass
    assert closed.problem(everywhere) != ""


@pytest.mark.parametrize("error", [None, GoneError("They take no direct messages.")])
def test_a_private_message_says_nothing_of_the_channel_that_it_is_about(
    closed: ClosedChannels, error: GoneError | None
) -> None:
    try:
        with closed.watch(THREAD, private=True):
            if error is not None:
                raise error
    except GoneError:
        pass
    assert closed.problem(everywhere) != ""


def test_a_conversation_where_the_bot_no_longer_is_does_not_count(closed: ClosedChannels) -> None:
    def elsewhere(conversation: ConversationRef) -> bool:
        return conversation.tenant == "elsewhere"

    assert closed.problem(elsewhere) == ""
