"""Where members stand on their way: the stages, and how they see themselves."""

from dataclasses import replace

from bot.domain.chat.refs import ConversationRef
from bot.domain.exercise import STAGES
from bot.domain.self_view import PAGES
from tests.support.world import ANA, BEN, MENTOR, PRACTICE, RIGHT, World, actions_of, fenced

FIRST = PAGES[0]


async def test_all_stages_are_shown_with_the_next_step(
    world: World, thread: ConversationRef
) -> None:
    """Every exercise of this world is of stage 4, so what is asked for first has none."""
    stages = await world.command(ANA, "stage")
    assert "You are at the start" in stages
    assert all(f"{number} {name}" in stages for number, name in enumerate(STAGES, 1))
    assert "**Next step** to stage 1: 3 more exercises of this stage" in stages

    of_stage_1 = {s: replace(e, stage=1) for s, e in world.catalogue.exercises.items()}
    world.catalogue.exercises.update(of_stage_1)
    stages = await world.command(ANA, "stage")
    assert "**Next step** to stage 1: *Double it* (function), which is open now." in stages
    assert f"Open now: Double it ({thread.thread})" in stages

    await world.say(ANA, fenced(RIGHT), thread)
    stages = await world.command(ANA, "stage")
    assert "🟡 **1 Prompt Consumer**: needs 2 more exercises" in stages
    assert "*Build it* (module) or *Mend it* (bug)" in stages
    assert "Open now" not in stages


async def test_a_reached_stage_is_where_one_is(world: World, thread: ConversationRef) -> None:
    await world.say(ANA, fenced(RIGHT), thread)
    for days, exercise in ((3, "mend-it"), (5, "build-it")):
        world.clock.advance(days=days, hours=1)
        await world.command(MENTOR, "challenge post", exercise=exercise)
        await world.settle()
        async with world.store.read() as tx:
            [challenge] = await tx.challenges.newest(world.cohort.id, limit=1)
        await world.say(ANA, fenced(RIGHT), challenge.threads[0])

    stages = await world.command(ANA, "stage")
    assert "You are here: stage 4, Code Editor" in stages
    assert "✅ **4 Code Editor**: reached 1 Dec 👈 you are here" in stages
    assert "⬜ **1 Prompt Consumer**: open" in stages
    assert "**Next step** to stage 5" in stages
    assert "Stage 4: Code Editor" in await world.command(ANA, "progress")


async def test_how_one_sees_oneself_is_kept_changed_and_read_by_oneself_alone(
    world: World,
) -> None:
    await world.joined(ANA, BEN)
    [form] = (await world.press_for_form(ANA, f"self:{FIRST.key}")).forms
    assert [field.label for field in form.fields] == list(FIRST.lines)
    assert form.fields[0].value == ""

    async def send(value: str) -> str:
        return await world.form(
            ANA, form.form_id, dict.fromkeys(FIRST.items, value), where=PRACTICE
        )

    assert "takes 0 for no, 1 for partly or 2 for yes" in await send("3")
    assert "1 of 7 parts are answered" in await send("2")
    [form] = (await world.press_for_form(ANA, f"self:{FIRST.key}")).forms
    assert form.fields[0].value == "2"

    stages = await world.command(ANA, "stage")
    assert "By your own answers you are at stage 1, Prompt Consumer" in stages
    assert "Your exercises show none of the stages so far" in stages
    assert "By your own answers" not in await world.command(BEN, "stage")
    assert "0 of 7 parts" in await send("")
    assert "How do you see yourself?" in await world.command(ANA, "stage")
    assert not any("stage 1" in posted.text for posted in world.chat.posted.values())


async def test_a_newcomer_is_offered_it_once_and_a_mentor_is_not(world: World) -> None:
    async def offers(user: str) -> list[str]:
        joined = await world.press_for_form(replace(ANA, user=user), f"join:{world.cohort.id}")
        return [action for action in actions_of(joined.replies[0]) if action.startswith("self:")]

    assert await offers("ana") == [f"self:{FIRST.key}"]
    assert await offers("ana") == []
    assert await offers("mentor") == []


async def test_an_unknown_part_is_an_old_button(world: World) -> None:
    await world.joined(ANA)
    assert "older version" in await world.press(ANA, "self:9")
