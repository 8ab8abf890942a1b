"""What the tests of the playground share: the page, written once, and a browser."""

from collections.abc import Iterator

import pytest
from browser import BROWSER, Page
from driving import fresh
from playground import Playground, read_playground

from grader.course import Course
from grader.explore import explore


@pytest.fixture(scope="session")
def playground(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Playground:
    path = explore(tmp_path_factory.mktemp("playground"), course)
    return read_playground(path)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests."""
    if BROWSER is None:
        pytest.skip("there is no Chromium on this machine")
    page = Page(tmp_path_factory.mktemp("profile"))
    yield page
    page.close()


@pytest.fixture
def page(browser: Page, playground: Playground) -> Page:
    """The playground, just opened. What it complains of or asks for is checked by the tests that use it."""
    return fresh(browser, playground.path)
