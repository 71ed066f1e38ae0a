"""Questions are answered in a browser, also without a script."""

import json

from test_hands import PHONE

from tools import question

ASKED = "nn-module/modes/#ask-frozen-norm"


def verdict(page, which="#ask-frozen-norm"):
    return page.locator(f"{which} .verdict").inner_text()


def test_a_question_is_answered_by_keyboard_and_remembered(site, host, browser):
    """A miss first, then the right choice: it is kept as a miss until it is answered again."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(host + "en/" + ASKED)
    form = page.locator("#ask-frozen-norm form")
    form.get_by_role("radio").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert verdict(page) == "Choose one first."
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")  # from one to the next
    page.keyboard.press("Enter")
    assert verdict(page).startswith("No. That is the value")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # the last, which is right
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert verdict(page).startswith("Right. model.train()")
    assert page.evaluate("document.activeElement.textContent") == "Answer again"
    page.goto(host + ASKED)
    assert verdict(page).startswith("맞다.") and form.get_by_role("radio").nth(3).is_checked()
    assert page.evaluate("localStorage['questions-missed']") == '["nn-module/modes/frozen-norm=3"]'
    page.goto(host + "en/nn-module/questions/")
    assert page.locator("article [role=status]").filter(has_text="missed").count() == 1
    current = page.locator(".question").first
    assert current.get_attribute("data-question") == "nn-module/modes/frozen-norm"
    current.get_by_role("radio").nth(3).check()
    current.get_by_role("button", name="Check").click()
    assert page.evaluate("localStorage['questions-missed']") is None
    number = sum(one.page.startswith("nn-module/") for one in question.questions().values())
    assert page.get_by_text(f"1 of {number} right at once, 0 missed.").is_visible()
    page.get_by_role("button", name="Next question").click()
    assert page.locator(".turn").inner_text().endswith(f"2 of {number}")
    context.close()


def test_what_is_kept_can_be_taken_along_and_erased(site, host, browser, tmp_path):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(host + ASKED)
    page.locator("#ask-frozen-norm label").nth(3).tap()
    page.locator("#ask-frozen-norm").get_by_role("button", name="확인").tap()
    assert page.locator(".path").inner_text().startswith("페이지 0/")
    page.goto(host + "nn-module/questions/")
    with page.expect_download() as download:
        page.get_by_role("button", name="기록 내려받기").tap()
    file = tmp_path / "kept.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["questions-right"] == ["nn-module/modes/frozen-norm=3"]
    for _ in range(2):  # it asks once more
        page.locator(".kept button").nth(2).tap()
    assert page.evaluate("localStorage.length") == 0 and not page.locator(".path").is_visible()
    other = tmp_path / "other.json"
    other.write_text('{"pages-read": 1}')
    for path, said in ((other, "다른 파일을 고른다"), (file, "기록을 불러왔다")):
        page.locator(".kept input").set_input_files(path)
        page.locator(".kept [role=status]").filter(has_text=said).wait_for()
    assert page.locator(".path").inner_text().startswith("페이지 ")
    page.goto(host + ASKED)
    assert verdict(page).startswith("맞다.")
    context.close()


def test_without_a_script_the_choices_unfold(site, host, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for address in (ASKED, "nn-module/questions/"):
        page.goto(host + address)
        own = page.locator("#ask-frozen-norm")
        own.locator("summary").last.click()
        assert own.get_by_text("두 번 다 절반씩 다가갔다").is_visible()
        assert page.locator("article :is(form, .turn, .kept)").count() == 0
        assert not page.locator(".path").is_visible()
    context.close()
