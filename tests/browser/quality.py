"""What every page keeps to besides axe's rules: its weight, its origin, and narrow windows."""

from typing import Any

from playwright.sync_api import Page, Response, ViewportSize

HEAVIEST = 100 * 1000  # bytes of a first visit, as transferred
# WCAG 2.2 1.4.10 and 1.4.4: 320 px wide, and 1280 x 800 at 200 %.
_NARROW = (ViewportSize(width=320, height=640), ViewportSize(width=640, height=400))
_SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"
_SMALL_TARGETS = """() => [...document.querySelectorAll("main button, main input, main select")]
  .filter((each) => each.checkVisibility() && !each.closest(".visually-hidden, [aria-hidden=true]"))
  .filter((each) => { const box = each.getBoundingClientRect();
    return box.width && (box.width < 13 || box.height < 13); }).map((each) => each.outerHTML)"""


class Visit:
    """Opens pages with an empty cache and keeps what the browser fetched for each."""

    def __init__(self, page: Page, heaviest: int = HEAVIEST) -> None:
        self._page = page
        self._heaviest = heaviest
        self._answers: list[Response] = []
        self._bytes = 0
        page.on("response", lambda answer: self._answers.append(answer))
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")
        self._session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self._session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self._bytes += int(event["encodedDataLength"])

    def complaints(self, address: str) -> list[str]:
        self._answers.clear()
        self._bytes = 0
        opened = self._page.goto(address)
        assert opened is not None
        if self._page.locator("script[type=module]").count():  # it may fetch more by itself
            self._page.wait_for_load_state("networkidle")
        return [*self._of_the_answer(opened), *narrow_complaints(self._page)]

    def _of_the_answer(self, opened: Response) -> list[str]:
        policy = opened.headers.get("content-security-policy", "")
        ours = opened.url.split("/", 3)[:3]
        others = [each.url for each in self._answers if each.url.split("/", 3)[:3] != ours]
        wrong = [f"asks another site: {each}" for each in others if not each.startswith("data:")]
        if "default-src 'self'" not in policy or "unsafe" in policy:
            wrong.append(f"its Content-Security-Policy is {policy!r}")
        if self._bytes > self._heaviest:
            wrong.append(f"weighs {self._bytes} bytes")
        return wrong


def narrow_complaints(page: Page) -> list[str]:
    wrong = []
    for size in _NARROW:
        page.set_viewport_size(size)
        if page.evaluate(_SIDEWAYS):
            wrong.append(f"scrolls sideways at {size['width']} px")
    return [*wrong, *(f"too small to hit: {each[:90]}" for each in page.evaluate(_SMALL_TARGETS))]
