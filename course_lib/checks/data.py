"""The exercises of notebook 02."""

from course_lib.checks.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
