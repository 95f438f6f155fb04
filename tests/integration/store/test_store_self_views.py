"""What members answer about themselves."""

from tests.support.stores import Scene, later


async def test_the_newest_answers_stand_and_an_empty_line_is_forgotten(scene: Scene) -> None:
    ana, ben, _ = (member.id for member in scene.members)
    items = ("1.1", "1.2")
    async with scene.store.write() as tx:
        await tx.self_views.replace(ana, items, {"1.1": 0, "1.2": 2}, at=later(0))
        await tx.self_views.replace(ana, ("2.1",), {"2.1": 1}, at=later(1))
        await tx.self_views.replace(ben, items, {"1.1": 1}, at=later(1))
        await tx.self_views.replace(ana, items, {"1.1": 2}, at=later(2))

    async with scene.store.read() as tx:
        assert await tx.self_views.of(ana) == {"1.1": 2, "2.1": 1}
        assert await tx.self_views.of(ben) == {"1.1": 1}

    async with scene.store.write() as tx:
        await tx.self_views.replace(ben, items, {}, at=later(3))
        assert await tx.self_views.of(ben) == {}
