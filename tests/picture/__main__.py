"""`make picture`: draws the rooms of the code into docs/images/rooms.svg."""

from pathlib import Path

from tests.picture.drawing import draw
from tests.picture.rooms import read_arrows

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "rooms.svg"


def main() -> None:
    """Draw."""
    PICTURE.write_text(draw(read_arrows(ROOT / "bot")), encoding="utf-8")


if __name__ == "__main__":
    main()
