"""The exercises of notebook 09."""

from course_lib.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
