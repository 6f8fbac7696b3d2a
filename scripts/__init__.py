"""The tools of those who write the book; each is run from the root of the tree: python -m scripts.NAME"""
