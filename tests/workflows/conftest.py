"""The real policies, read once: rules are proved against what is really agreed."""

from __future__ import annotations

import pytest

from policies.load import load_policies
from policies.model import Policies


@pytest.fixture(scope="session")
def policies() -> Policies:
    """The policies of this checkout."""
    return load_policies()
