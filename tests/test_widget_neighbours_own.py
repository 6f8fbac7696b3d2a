"""W0, your own picture: it becomes 32 x 32 in the page, both networks answer as in torch, and it goes nowhere."""

import base64
import io
import re
from collections import Counter

import numpy as np
import pytest
import torch
from browser import LANDING, until
from driving import DROP
from PIL import Image, ImageOps

from gn_edu.augment import PIXEL_MEAN, PIXEL_STD
from gn_edu.widgets.neighbours import networks
from scripts.record_pairs import in_torch, photographs

HOME, TESTED = (f"[data-gn-widget=neighbours][data-gn-name={name}]" for name in ("home", "tested"))
OWN = 20  # its number, behind the last of the stored pictures
# What is sent to the worker from now on.
LISTEN = (
    "() => { const post = Worker.prototype.postMessage; window.sent = [];"
    " Worker.prototype.postMessage = function (m) { sent.push(m.question); return post.call(this, m) } }"
)
# How often the browser was told to let the reader choose a file; it does not open its window.
OPENS = (
    f"() => {{ window.opened = 0; document.querySelector('{HOME} input[type=file]').addEventListener('click',"
    " (e) => { e.preventDefault(); opened++ }) }"
)
ASKED = "sent.filter((q) => q.batch).map(({ batch, training, own }) => ({ batch, training, own: [...own] }))"


def picture():
    """300 x 200: a square of 200 in red that fades into yellow, blue to its left and green to its right."""
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[:, :50], pixels[:, 250:] = (0, 0, 255), (0, 255, 0)
    pixels[:, 50:250, 0], pixels[:, 50:250, 1] = 255, np.linspace(0, 250, 200)[:, None]
    return Image.fromarray(pixels)


def file(image, name="mine.png", **options):
    """As Playwright takes a file: its name, its type, its bytes."""
    written = io.BytesIO()
    kind = "jpeg" if name.endswith("jpg") else "png"
    image.save(written, kind, **options)
    return {"name": name, "mimeType": f"image/{kind}", "buffer": written.getvalue()}


def reference(image):
    """The middle square in 32 x 32, each pixel the mean of its part: (3, 32, 32)."""
    side = min(image.size)
    left, top = ((length - side) / 2 for length in image.size)
    small = image.convert("RGB").resize((32, 32), Image.Resampling.BOX, (left, top, left + side, top + side))
    return torch.from_numpy(np.array(small)).permute(2, 0, 1).double()


def in_words(page, root=HOME):
    return page.locator(f"{root} .gn-live-text").inner_text()


def choose(page, chosen):
    """Choose the file, and wait for what both networks say."""
    before = in_words(page)
    page.locator(f"{HOME} input[type=file]").set_input_files(chosen)
    until(page, f"document.querySelector({f'{HOME} .gn-live-text'!r}).innerText !== {before!r}")


def answers(page):
    """By network: the whole per cent of all ten classes as the bars show them, and the class that is named."""
    root, found = page.locator(HOME), {}
    for net in ("bn", "gn"):
        titles = [root.locator(f"[data-gn-bar='{net}[{k}]']").get_attribute("title") for k in range(10)]
        percent = [int(title.removesuffix(" %")) for title in titles]
        found[net] = (*percent, root.locator(f"[data-gn-value={net}_label]").inner_text())
    return found


def probabilities(net, own, batch):
    """What torch's network says in training mode about the first of a batch: ten probabilities."""
    images = [(own - PIXEL_MEAN.double()) / PIXEL_STD.double() if i == OWN else photographs()[i] for i in batch]
    with torch.no_grad():
        return in_torch(networks()["nets"][net]).train()(torch.stack([i.view(3, 32, 32) for i in images]))[0].softmax(0)


def in_numbers(own, batch):
    """The same of both networks as `answers` gives it."""
    found = {}
    for net in networks()["nets"]:
        p = probabilities(net, own, batch)
        found[net] = (*(round(100 * v) for v in p.tolist()), networks()["classes"][int(p.argmax())])
    return found


def received(page):
    """The last question to the worker about a batch: its pictures, and the reader's own as (3, 32, 32)."""
    asked = page.evaluate(ASKED)[-1]
    return asked["batch"], torch.tensor(asked["own"]).view(3, 32, 32).double()


@pytest.fixture
def landing(widget_page):
    page = widget_page(LANDING)
    page.evaluate(LISTEN)
    return page


@pytest.fixture
def with_own(landing):
    choose(landing, file(picture()))
    return landing


def test_the_networks_get_the_middle_square_in_32_x_32_and_answer_as_torch(with_own):
    batch, own = received(with_own)
    assert batch[0] == OWN
    torch.testing.assert_close(own, reference(picture()), atol=4, rtol=0)
    assert own[2].max() <= 4  # no blue, which stands outside the square
    assert answers(with_own) == in_numbers(own, batch)
    assert in_words(with_own).startswith("Your picture beside the ")
    assert with_own.locator(f"{HOME} .gn-panel .gn-verdict:visible").count() == 0  # no one knows what is right
    # What the reader sees is what the networks see.
    photos = with_own.locator(f"{HOME} :is(.gn-stays, .gn-shots) img").all()
    assert len(photos) == 2
    for photo in photos:
        seen = Image.open(io.BytesIO(base64.b64decode(photo.get_attribute("src").partition(",")[2])))
        assert torch.equal(torch.from_numpy(np.array(seen)).permute(2, 0, 1).double(), own)


def test_the_strip_counts_the_names_that_batch_norm_gives(with_own):
    until(with_own, f"document.querySelector({f'{HOME} .gn-strip'!r}).innerText.includes('=')")
    _, own = received(with_own)
    names = [int(probabilities("bn", own, [OWN, j]).argmax()) for j in range(20)]
    count = Counter(names)
    most = min(count, key=lambda k: (-count[k], k))
    assert len(count) > 1  # the picture of this test shows the effect
    classes = networks()["classes"]
    group = classes[int(probabilities("gn", own, [OWN, 0]).argmax())]
    words = with_own.locator(f"{HOME} .gn-strip").locator("xpath=..").inner_text()
    assert f"names yours {classes[most]} (=) beside {count[most]} of them" in words
    assert f"something else (≠) beside {20 - count[most]}. Group Norm names it {group}, whoever is chosen." in words
    for item in with_own.locator(f"{HOME} .gn-neighbour").all():
        neighbour = item.locator("input")
        named = names[int(neighbour.get_attribute("value"))]
        assert item.locator(".gn-mark").inner_text() == ("=" if named == most else "≠")
        assert neighbour.get_attribute("aria-label").endswith(f"Batch Norm says {classes[named]}")
    first = with_own.locator(f"{HOME} [data-gn-neighbour]").first
    first.click()
    until(with_own, f"!document.querySelector({f'{HOME} [aria-busy]'!r})")
    batch, _ = received(with_own)
    assert batch == [OWN, int(first.get_attribute("value"))]
    assert answers(with_own) == in_numbers(own, batch)


def test_it_can_be_the_neighbour_and_stand_in_larger_batches(with_own):
    start, (_, own) = answers(with_own), received(with_own)
    with_own.check(f"{HOME} [data-gn-own=beside]")
    until(with_own, f"document.querySelector({f'{HOME} .gn-live-text'!r}).innerText.includes('beside your picture')")
    assert received(with_own)[0] == [1, OWN]
    assert answers(with_own) == in_numbers(own, [1, OWN])
    assert with_own.locator(f"{HOME} [data-net=gn] .gn-verdict").inner_text() == "✓ right"
    for role, place in (("beside", 1), ("stays", 0)):
        with_own.check(f"{HOME} [data-gn-own={role}]")
        for size in (8, 4):
            with_own.check(f"{HOME} [data-gn-batch='{size}']")
            until(with_own, f"{ASKED}.at(-1).batch.length === {size} && !document.querySelector('{HOME} [aria-busy]')")
            batch, _ = received(with_own)
            assert batch[place] == OWN and len(set(batch)) == size
            assert answers(with_own) == in_numbers(own, batch)
    assert answers(with_own)["gn"] == start["gn"]  # group norm's answer for it has never moved
    with_own.click(f"{HOME} [data-gn-picture='4']")  # another picture stays, and this one waits
    assert received(with_own)[0][0] == 4
    assert with_own.locator(f"{HOME} [data-gn-own]:checked").count() == 0


def test_nothing_is_sent(landing):
    asked = []

    def note(request):
        if request.url.startswith("http") and not request.url.endswith("favicon.svg"):  # the browser asks for that
            asked.append((request.method, request.url, request.post_data))

    landing.on("request", note)
    choose(landing, file(picture()))
    (weights,) = asked
    assert weights[0] == "GET" and re.search(r"/_static/data-\w+\.js$", weights[1]) and weights[2] is None
    choose(landing, file(picture().rotate(180), "other.png"))
    landing.check(f"{HOME} [data-gn-own=beside]")
    landing.click(f"{HOME} .gn-why summary")
    until(landing, f"document.querySelectorAll({f'{HOME} [data-gn-map]'!r}).length")
    assert asked == [weights]
    assert "It stays on this device: nothing is sent." in landing.locator(f"{HOME} .gn-own").text_content()


def test_taken_away_it_leaves_all_as_it_was_and_no_link_holds_it(landing, widget_page):
    landing.locator(f"{HOME} [data-gn-neighbour]").first.click()
    start, words = answers(landing), in_words(landing)
    landing.wait_for_timeout(400)  # the address follows a quarter of a second later
    link = landing.url
    choose(landing, file(picture()))
    landing.locator(f"{HOME} [data-gn-neighbour]").nth(5).click()
    landing.wait_for_timeout(400)
    assert landing.url == link
    landing.click(f"{HOME} [data-gn-do=own-away]")
    assert (answers(landing), in_words(landing)) == (start, words)
    assert landing.locator(f"{HOME} .gn-shots").is_hidden()
    choose(landing, file(picture()))
    assert "no link holds your picture" in landing.locator(f"{HOME} .gn-own").inner_text()
    assert answers(widget_page(link)) == start
    landing.click(f"{HOME} [data-gn-do=reset]")
    assert landing.locator(f"{HOME} .gn-shots").is_hidden()


PDF = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}
TEXT = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"a frog"}
BROKEN = {"name": "cat.png", "mimeType": "image/png", "buffer": file(picture())["buffer"][:60]}
HEAVY = {"name": "huge.png", "mimeType": "image/png", "buffer": b"x" * 20_000_001}
WIDE = file(Image.new("RGB", (12_001, 2)), "wide.png")


@pytest.mark.parametrize(
    "bad, rule, came, fix",
    [
        (PDF, "look at pictures", "“paper.pdf” is a file of another kind (application/pdf)", "Choose a JPEG, PNG"),
        (TEXT, "look at pictures", "“notes.txt” is a file of another kind (text/plain)", "Choose a JPEG, PNG"),
        (BROKEN, "can't be read", "“cat.png”", "Save it as JPEG or PNG"),
        (HEAVY, "up to 20 MB", "“huge.png” has 21", "Save a smaller copy"),
        (WIDE, "up to 12000 pixels wide and high", "“wide.png” has 12001 × 2.", "Save a smaller copy"),
    ],
    ids=["pdf", "text", "broken", "heavy", "wide"],
)
def test_what_is_no_picture_gets_a_sentence_and_nothing_is_lost(with_own, tmp_path, bad, rule, came, fix):
    start, words = answers(with_own), in_words(with_own)
    said = f"{HOME} .gn-own .gn-said"
    path = tmp_path / bad["name"]
    path.write_bytes(bad["buffer"])
    with_own.locator(f"{HOME} input[type=file]").set_input_files(path)
    until(with_own, f"document.querySelector({said!r}).innerText")
    sentence = with_own.locator(said).inner_text()
    assert all(part in sentence for part in (rule, came, fix)), sentence
    assert (answers(with_own), in_words(with_own)) == (start, words)
    choose(with_own, file(picture().rotate(180)))
    assert with_own.locator(said).inner_text() == ""


def test_a_file_is_dropped_on_the_widget(landing):
    good = file(picture())
    before = in_words(landing)
    given = [good["name"], good["mimeType"], base64.b64encode(good["buffer"]).decode()]
    # True: not prevented, so the browser would leave the page for the file.
    assert landing.locator(TESTED).evaluate(DROP, given) == [True, True]
    assert landing.locator(HOME).evaluate(DROP, given) == [False, False]
    until(landing, f"document.querySelector({f'{HOME} .gn-live-text'!r}).innerText !== {before!r}")
    torch.testing.assert_close(received(landing)[1], reference(picture()), atol=4, rtol=0)


def test_a_photo_stands_as_its_camera_says(landing):
    """A turned JPEG, larger than the square that is drawn first."""
    image, turn = picture().resize((1800, 1200)), Image.Exif()
    turn[0x0112] = 6  # to be turned by a quarter
    photo = file(image, "photo.jpg", exif=turn, quality=95)
    choose(landing, photo)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(photo["buffer"])))
    assert upright.size == (1200, 1800)
    torch.testing.assert_close(received(landing)[1], reference(upright), atol=4, rtol=0)


def test_by_keys_and_by_thumb(landing, widget_page):
    landing.evaluate(OPENS)
    landing.focus(f"{HOME} [data-gn-do=own]")
    landing.keyboard.press("Enter")
    assert landing.evaluate("opened") == 1
    choose(landing, file(picture()))
    landing.focus(f"{HOME} [data-gn-own]:checked")
    landing.keyboard.press("ArrowRight")
    until(landing, f"document.querySelector({f'{HOME} .gn-live-text'!r}).innerText.includes('beside your picture')")
    landing.focus(f"{HOME} [data-gn-do=own-away]")
    landing.keyboard.press("Enter")
    assert landing.locator(f"{HOME} [data-gn-do=own]").evaluate("(e) => e === document.activeElement")

    phone = widget_page(LANDING, width=390, has_touch=True, is_mobile=True)
    phone.evaluate(OPENS)
    phone.tap(f"{HOME} [data-gn-do=own]")
    assert phone.evaluate("opened") == 1
    choose(phone, file(picture()))
    # What came of it is in view, under the page's header.
    assert 40 <= phone.locator(f"{HOME} .gn-scene").bounding_box()["y"] <= 400
    for target in phone.locator(f"{HOME} .gn-own :is(button, label)").all():
        assert min(target.bounding_box()[side] for side in ("width", "height")) >= 24
    phone.tap(f"{HOME} .gn-choice:has([data-gn-own=beside])")
    until(phone, f"document.querySelector({f'{HOME} .gn-live-text'!r}).innerText.includes('beside your picture')")
