"""A headless Chromium that opens pages: what it logs, what it asks the network for, and its screenshots.

Nothing is downloaded: the browser and its driver are those of the machine (Debian's `chromium` and `chromium-driver`).
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from graphdiff.io.write import render

#: Where the screenshots of a run are left to be looked at; git ignores it.
SCREENSHOTS = Path(__file__).resolve().parents[1] / "build" / "screenshots"
BROWSER, DRIVER = shutil.which("chromium") or shutil.which("chrome"), shutil.which("chromedriver")
ARGUMENTS = """
--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update
--disable-default-apps --disable-extensions --disable-sync --disable-dev-shm-usage --mute-audio --hide-scrollbars
--force-color-profile=srgb
"""
WIDE, NARROW = (1280, 900), (390, 844)


@contextmanager
def started() -> Iterator[webdriver.Chrome]:
    """Start the browser for some tests; skip them where there is none."""
    if BROWSER is None or DRIVER is None:
        pytest.skip("there is no chromium with its chromedriver, which open the pages")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ARGUMENTS.split():
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.set_capability("unhandledPromptBehavior", "ignore")
    chrome = webdriver.Chrome(options=options, service=Service(executable_path=DRIVER))
    try:
        yield chrome
    finally:
        chrome.quit()


class Browser:
    """The page that is open, in the browser."""

    def __init__(self, driver: webdriver.Chrome, folder: Path) -> None:
        self.driver, self.folder, self.number = driver, folder, 0

    def open(self, thing: Any, fragment: str = "", **options: Any) -> None:
        """Write a graph or a result as a page, and open it."""
        page = thing if isinstance(thing, bytes) else render(thing, "html", **options)
        self.number += 1
        path = self.folder / f"{self.number}.html"
        path.write_bytes(page)
        self.driver.get(path.as_uri() + fragment)

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns, which has `$` for the first and `$$` for all elements of a selector."""
        return self.driver.execute_script(TOOLS + script, *arguments)

    def wait(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns that may wait, for `frame()` in which the page is drawn anew among others."""
        code = f"(async () => {{{TOOLS}{script}}})().then(done, (wrong) => done(`${{wrong.stack}}`));"
        code = f"const done = arguments[arguments.length - 1]; {code}"
        return self.driver.execute_async_script(code, *arguments)

    def text(self, selector: str) -> str:
        """Return what can be read of an element; nothing where it is hidden."""
        return str(self.run("return $(arguments[0])?.checkVisibility() ? $(arguments[0]).innerText : '';", selector))

    def texts(self, selector: str) -> list[str]:
        return list(self.run("return $$(arguments[0]).map((each) => each.textContent);", selector))

    def click(self, selector: str) -> None:
        self.driver.find_element("css selector", selector).click()

    def press(self, *keys: str) -> None:
        for key in keys:
            webdriver.ActionChains(self.driver, duration=0).send_keys(key).perform()

    def resize(self, size: tuple[int, int]) -> None:
        width, height = size
        known = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", known)

    def prefer(self, scheme: str) -> None:
        """Have the page drawn as for one who prefers it "light" or "dark"."""
        wanted = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})

    def picture(self, name: str) -> None:
        """Leave a screenshot to be looked at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
        (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(data))

    def events(self) -> list[str]:
        """Return what happened since this was asked last that must not: lines of the console, requests, dialogs."""
        lines = [f"console: {line['message']}" for line in self.driver.get_log("browser")]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            method, known = message["method"], message["params"]
            if method == "Page.javascriptDialogOpening":
                lines.append(f"dialog: {known['message']}")
            if method == "Network.requestWillBeSent" and known["documentURL"] != known["request"]["url"]:
                lines.append(f"request: {known['request']['url']}")
        return lines


TOOLS = """
const $ = (selector) => document.querySelector(selector);
const $$ = (selector) => [...document.querySelectorAll(selector)];
const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
"""
