"""Without `phonenumbers`, which the server needs and installs, there is nothing to test here."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("phonenumbers") else ["test_*.py"]
