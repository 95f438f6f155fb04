"""Members who fail alike."""

from bot.domain.review import Cluster, FailedCheck, clusters_of


def failed(member: int, *checks: str, challenge: int = 1) -> list[FailedCheck]:
    return [
        FailedCheck(
            challenge=challenge, member=member, name=f"m{member}", check=check, title=check.upper()
        )
        for check in checks
    ]


def test_who_fails_by_the_very_same_checks_is_in_one_group() -> None:
    rows = [
        *failed(1, "a", "b"),
        *failed(2, "b"),
        *failed(3, "b", "a"),
        *failed(4, "b"),
        *failed(5, "b"),
        *failed(6, "a"),
        *failed(1, "b", challenge=2),
    ]

    assert clusters_of(rows) == [
        Cluster(challenge=1, titles=("B",), names=("m2", "m4", "m5")),
        Cluster(challenge=1, titles=("A", "B"), names=("m1", "m3")),
    ]


def test_who_fails_like_nobody_else_is_in_no_group() -> None:
    assert clusters_of(failed(1, "a")) == []
    assert clusters_of([]) == []
