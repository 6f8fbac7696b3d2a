"""Checks for the exercises: one module a chapter, one check a function that the reader writes."""
