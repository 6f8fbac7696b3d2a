"""In class: a student version of a notebook, grades for a folder of submissions, a class to try it with."""
