"""Exercises of chapter 10: ..."""

from gn_edu.exercises.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
