"""What the tests do with the playground in a browser, and what they read from it."""

import json
from pathlib import Path

from browser import Page


def fresh(browser: Page, path: Path, width: int = 1200, dark: bool = False) -> Page:
    browser.look(width, dark=dark)
    browser.open(path)
    settle(browser)
    return browser


def until(page: Page, condition: str) -> None:
    """Wait until it is so, and has been drawn."""
    page.run(
        "new Promise((done) => { const wait = () => "
        f"({condition}) ? requestAnimationFrame(() => requestAnimationFrame(done)) : setTimeout(wait, 20); wait(); }})"
    )


def settle(page: Page) -> None:
    until(page, "document.querySelector('#a-table td')")


def text(page: Page, id: str) -> str:
    return str(page.run(f"document.getElementById({json.dumps(id)}).innerText"))


def choose(page: Page, id: str, value: object) -> None:
    """What choosing with the mouse does."""
    page.run(
        f"(() => {{ const it = document.getElementById('{id}'); it.value = {json.dumps(value)}; "
        "for (const kind of ['input', 'change']) it.dispatchEvent(new Event(kind, {bubbles: true})); })()"
    )


def drawn(page: Page, side: str, plot: str) -> list[str]:
    return list(
        page.run(f"[...document.querySelectorAll('#{plot}-drawing .path-{side} .line')].map((line) => line.getAttribute('d'))")
    )


def cell(page: Page, side: str, row: str) -> list[str]:
    rows: list[list[str]] = page.run(
        f"[...document.querySelectorAll('#{side}-table tbody tr')]"
        ".map((line) => [...line.children].map((cell) => cell.textContent))"
    )
    return next(values for label, *values in rows if label == row)


def quiet(page: Page, path: Path) -> None:
    assert page.complaints == []
    assert page.requests == [path.as_uri()]


def number(written: str) -> float:
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    return float(written.translate(raised).replace(" × 10", "e"))
