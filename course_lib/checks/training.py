"""The exercises of notebook 07."""

from course_lib.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
