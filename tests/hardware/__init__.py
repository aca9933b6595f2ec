"""Line drivers against ``contract.py``, and each driver's own tests."""

import pytest

# The contract's assertions are explained like those of a test module.
pytest.register_assert_rewrite("tests.hardware.contract")
