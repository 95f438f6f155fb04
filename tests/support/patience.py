"""How long a test waits for what happens at once on a machine that has nothing else to do."""

PATIENCE_S = 60.0
"""Far beyond anything but a stuck test, which then fails with words and not with a timeout."""

LOOK_EVERY_S = 0.01
"""Between two looks at what nobody announces: a test that only waits leaves the cores alone."""
