"""What mentors sign off."""

from dataclasses import replace

from bot.domain.chat.refs import UserRef
from bot.domain.signoff import Signed, Signoff
from tests.support.stores import NOW, Scene, later


async def test_a_signoff_stays_with_what_was_said_when_it_was_taken_back(scene: Scene) -> None:
    ana, ben, mentor = (member.id for member in scene.members)
    given = Signoff(
        member=ana,
        kind=Signed.MILESTONE,
        code="A4",
        mentor=UserRef("web", "local", "maria"),
        mentor_member=mentor,
        mentor_name="Maria",
        reason="A merged docs fix.",
        at=later(2),
    )
    earlier = replace(given, kind=Signed.STAGE, code="5", mentor_member=None, at=NOW)
    async with scene.store.write() as tx:
        second = await tx.signoffs.add(given)
        first = await tx.signoffs.add(earlier)
        assert await tx.signoffs.withdraw(second.id, at=later(3), by="Otto", why="Not merged.")
        assert not await tx.signoffs.withdraw(second.id, at=later(4), by="Ines", why="Again.")
        assert not await tx.signoffs.withdraw(999, at=later(4), by="Ines", why="Nothing.")

    async with scene.store.read() as tx:
        taken_back = replace(
            second, withdrawn_at=later(3), withdrawn_by="Otto", withdrawn_why="Not merged."
        )
        assert await tx.signoffs.of(ana) == [first, taken_back]
        assert await tx.signoffs.of(ben) == []
