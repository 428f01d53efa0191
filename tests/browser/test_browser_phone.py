"""手机上：按得着、看得全。手指按的地方不小于 44 像素，字放大一倍、手机横过来，一样也不少。"""

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE, SIDEWAYS = {"width": 360, "height": 740}, {"width": 740, "height": 360}
SMALL = """() => {
  const inSentence = (e) => {
    const around = e.parentElement.closest("p, li, td, dd");
    const words = around ? around.textContent.trim().length : 0;
    return e.tagName === "A" && words > e.textContent.trim().length + 8;
  };
  const pressed = [...document.querySelectorAll("a, button, summary, select, label.choice, label.button")];
  return pressed
    .filter((e) => e.getClientRects().length && !e.closest(".visually-hidden, .skip, .leaflet-container"))
    .filter((e) => !inSentence(e))
    .map((e) => [e.innerText.trim() || e.title || e.tagName, e.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
    .map(([words, box]) => `${words} ${Math.round(box.width)}×${Math.round(box.height)}`);
}"""
DOUBLE = """() => {
  const all = [...document.querySelectorAll("body *")].map((e) => [e, parseFloat(getComputedStyle(e).fontSize)]);
  for (const [e, size] of all) e.style.fontSize = `${size * 2}px`;
}"""
OUTSIDE = """() => [...document.querySelectorAll(".top a, .top button, .nav a")]
  .filter((e) => e.getClientRects().length)
  .filter((e) => { const box = e.getBoundingClientRect(); return box.left < -1 || box.right > innerWidth + 1; })
  .map((e) => e.innerText)"""


@pytest.fixture
def pages(year):
    back = year.patch(due=9, code="T0099", place="王家湾")
    year.report(back)
    year.send_back(back)
    return ("/my/", f"/patches/{back.pk}/report/", f"/patches/{back.pk}/", "/patches/", "/help/")


def test_every_target_is_as_big_as_a_finger(year, page_as, pages):
    phone = page_as(year.east_secretary, viewport=PHONE)
    small = {}
    for path in (*pages, "/plan/", "/accounts/"):
        phone.goto(path)
        phone.wait_for_load_state()
        small[path] = phone.evaluate(SMALL)

    told = [f"{path} {words}" for path, found in small.items() for words in found]
    assert not told, "\n".join(told)


def test_text_twice_as_large_keeps_every_control_on_the_page(year, page_as, pages):
    phone = page_as(year.east_secretary, viewport=PHONE)
    lost = {}
    for path in pages:
        phone.goto(path)
        phone.wait_for_load_state()
        phone.evaluate(DOUBLE)
        wide = phone.evaluate("document.documentElement.scrollWidth - innerWidth")
        lost[path] = (max(wide, 0), phone.evaluate(OUTSIDE))

    assert {path: found for path, found in lost.items() if found != (0, [])} == {}


def test_held_sideways_the_bars_leave_the_height_to_the_words(year, page_as, pages):
    phone = page_as(year.east_secretary, viewport=SIDEWAYS)
    phone.goto(pages[1])
    phone.evaluate("scrollTo(0, 300)")

    covered = phone.evaluate(
        """() => [...document.querySelectorAll(".top, .nav")]
        .filter((e) => ["fixed", "sticky"].includes(getComputedStyle(e).position))
        .reduce((sum, e) => sum + e.getBoundingClientRect().height, 0)"""
    )

    assert covered <= 60
    assert phone.evaluate("document.documentElement.scrollWidth") <= SIDEWAYS["width"]
