"""The exercises of notebook 08."""

from course_lib.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
