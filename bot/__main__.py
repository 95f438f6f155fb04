"""``python -m bot``, and ``freehand``."""

import sys

INTERRUPTED = 130
"""What a shell expects after Ctrl-C."""


def main() -> None:
    """Run the command line; Ctrl-C ends it without a word from its first moment on."""
    try:
        from bot import cli  # noqa: PLC0415  # importing it takes long enough to be interrupted

        cli.main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
