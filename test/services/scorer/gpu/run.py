"""`python run.py FOLDER -v`: all tests of the scorer in one process, because importing PyTorch
takes longer than they do."""

from __future__ import annotations

import os
import sys
import unittest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Threads that wait for each other in every small operation crawl on cores that others use; the test
# of many threads asks for them.
os.environ["OMP_NUM_THREADS"] = "1"
MODULES = ["test_parity", "test_engine", "test_load", "test_kernels", "test_server"]

if __name__ == "__main__":
    options = [each for each in sys.argv[2:] if each.startswith("-")]
    chosen = [each for each in sys.argv[2:] if not each.startswith("-")]
    unittest.main(module=None, argv=[sys.argv[0], *options, *(chosen or MODULES)])
