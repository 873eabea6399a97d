"""The exercises of notebook 10."""

from course_lib.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
