"""Our look at contrast sees what axe's sees."""

from playwright.sync_api import Page

from tests.browser.contrast import too_faint
from tests.browser.test_every_page import _AXE

_PAGE = """<!doctype html><html lang="en"><title>t</title><style>
  body { background: #fff; color: #777 } .on-dark { background: #222 } .light { color: #eee }
  .large { font-size: 24px } .mixed { color: color-mix(in oklab, #000 35%, #fff) }
</style><main>
  <p id="faint">Not quite readable</p> <p id="large" class="large">Large, so readable</p>
  <div class="on-dark"><p id="good" class="light">On dark</p><p id="bad">On dark as well</p></div>
  <p id="mixed" class="mixed">Mixed</p> <p id="see-through" style="color: #0006">See-through</p>
  <button id="off" disabled style="color: #ccc">Off</button> <p id="gone" hidden>Away</p>
</main>"""
_AXES = """async () => (await axe.run(document, {runOnly: ["color-contrast"]}))
  .violations.flatMap(({nodes}) => nodes.map((each) => each.target[0].slice(1)))"""


def test_it_finds_what_axe_finds(page: Page) -> None:
    page.set_content(_PAGE)
    page.evaluate(_AXE)
    faint = {each.partition('id="')[2].partition('"')[0] for each in too_faint(page)}
    assert faint == set(page.evaluate(_AXES)) == {"faint", "bad", "mixed", "see-through"}
