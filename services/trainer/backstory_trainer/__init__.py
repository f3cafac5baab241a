"""Trains Llama- and Qwen-family models on a backstory output, also while it grows."""

__version__ = "0.2.0"
