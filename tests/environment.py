"""Loaded before Django's settings (`-p tests.environment`): own data directory, no transformer, no `TACIT_*`."""

import atexit
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("TACIT_") and not name.startswith("TACIT_TEST_")]:
    del os.environ[name]
os.environ["TACIT_TRANSFORMER_SHARE"] = "0"
os.environ["TACIT_DATA_DIR"] = tempfile.mkdtemp(prefix="tacit-tests-")
atexit.register(shutil.rmtree, os.environ["TACIT_DATA_DIR"], ignore_errors=True)
