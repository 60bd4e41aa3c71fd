"""A project whose conversations are told to the real store."""

import pytest

from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)
