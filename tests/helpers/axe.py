"""The rules of axe-core, run on a page in the browser. Only the script is taken from the package that ships it."""

import importlib.util
from functools import cache
from pathlib import Path

from browser import Page

TAGS = '["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]'


def violations(page: Page) -> list[str]:
    """What breaks WCAG 2.2 AA on the page as it stands: the rule, and the elements; those that nobody wrote left out."""
    if not page.run("Boolean(window.axe)"):
        page.run(f"{_script()}; 0")
    found = page.run(
        f"axe.run(document, {{runOnly: {{type: 'tag', values: {TAGS}}}, resultTypes: ['violations']}}).then((done) => "
        "[done.passes.length, done.violations.map((rule) => "
        "`${rule.id}: ${rule.nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`).join('; ')}`)])"
    )
    passed, broken = found
    assert passed > 5, "axe looked at hardly anything"
    return list(broken)


@cache
def _script() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None, "install the package for development: pip install -e '.[dev]'"
    assert spec.submodule_search_locations
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")
