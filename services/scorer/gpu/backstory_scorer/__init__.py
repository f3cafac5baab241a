"""Scores many thoughts before one code with a language model that reads their context once."""
