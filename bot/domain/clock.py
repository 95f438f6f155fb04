"""Time, as the services see it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Tells the present moment, aware UTC. Passed in, so that tests can live through a week."""
