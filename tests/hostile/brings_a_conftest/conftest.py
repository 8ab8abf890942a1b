"""What pytest would take for a plugin, if it ever saw it."""

import pathlib

import pytest

pathlib.Path("/tmp/descent_hostile_marker").write_text("a conftest ran")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome = "passed"
    report.longrepr = None
