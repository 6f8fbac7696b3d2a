"""Group Normalization, built from scratch, shown and trained: the code that the book's chapters import."""

__version__ = "0.1.0"
