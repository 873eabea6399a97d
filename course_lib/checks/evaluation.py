"""The exercises of notebook 06."""

from course_lib.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
