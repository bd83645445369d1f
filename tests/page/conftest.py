"""The browser, started once for all tests of pages that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import WIDE, Browser, started


@pytest.fixture(scope="session")
def session_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with started() as driver:
        yield Browser(driver, tmp_path_factory.mktemp("pages"))


@pytest.fixture
def browser(session_browser: Browser) -> Iterator[Browser]:
    """Return a browser as wide as a desk's, in light colours; afterwards it must have had nothing to say."""
    session_browser.resize(WIDE)
    session_browser.prefer("light")
    session_browser.events()
    yield session_browser
    assert session_browser.events() == []
