"""The exercises of notebook 01."""

from course_lib.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
