"""One step in every widget of a page, in whatever browser it is open, and what it shows then."""

import socket
import time
from importlib import import_module

PATIENCE = 60  # seconds, for whatever a busy machine is slow at
WIDGETS = "[...document.querySelectorAll('[data-gn-widget]')]"
KINDS = f"{WIDGETS}.map((w) => w.dataset.gnWidget)"
# A file is dropped on the first photo of a widget: its name, its type, its bytes in base64. Each answer: not prevented.
DROP = (
    "(root, [name, type, text]) => { const files = new DataTransfer();"
    " files.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type }));"
    " const send = (kind) => root.querySelector('.gn-photo').dispatchEvent(new DragEvent(kind,"
    " { dataTransfer: files, bubbles: true, cancelable: true })); return [send('dragover'), send('drop')] }"
)


def wait_for(ask, what, patience=PATIENCE, every=0.02):
    """The first answer that holds; an answer that never comes is told by what was waited for."""
    end = time.monotonic() + patience
    while not (answer := ask()):
        assert time.monotonic() < end, f"after {patience} s still not: {what}"
        time.sleep(every)
    return answer


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Chromium:
    """A page of Playwright, with what driving asks for."""

    def __init__(self, page):
        self.evaluate, self.click, self.press = page.evaluate, page.mouse.click, page.keyboard.press


def own_tests(kind):
    """The tests of a kind of widget. They name its STEP: what is clicked; or what has the focus, and the key."""
    return import_module(f"test_widget_{kind}")


def control(i, selector):
    return f"{WIDGETS}[{i}].querySelector({selector!r})"


def shown(engine, i):
    """The numbers that one widget shows, by name, and its sentence."""
    return engine.evaluate(
        f"Object.fromEntries([...{WIDGETS}[{i}].querySelectorAll('[data-gn-value], .gn-live-text, .gn-reply')]"
        ".map((e, k) => [`${k} ${e.dataset.gnValue ?? e.className}`, e.textContent]))"
    )


def at_rest(engine, control):
    """The middle of a control, in the middle of the window, once nothing moves it any more and nothing covers it."""
    engine.evaluate(f"{control}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
    middle = (
        f"((c) => {{ const r = c.getBoundingClientRect(), at = [r.x + r.width / 2, r.y + r.height / 2];"
        f" return c.contains(document.elementFromPoint(...at)) ? at : null }})({control})"
    )
    was = [None]

    def rests():
        before, was[0] = was[0], engine.evaluate(middle)
        return was[0] if was[0] == before else None

    return wait_for(rests, "a control is at rest and free", every=0.1)


def drive(engine):
    """One step in every widget of the page; what they show then."""
    numbers = []
    for i, kind in enumerate(engine.evaluate(KINDS)):
        selector, *keys = own_tests(kind).STEP
        before = shown(engine, i)
        if keys:
            engine.evaluate(f"{control(i, selector)}.focus({{ preventScroll: true }})")
            engine.press(*keys)
        else:
            engine.click(*at_rest(engine, control(i, selector)))
        wait_for(lambda i=i, before=before: shown(engine, i) != before, f"{kind} shows other numbers")
        numbers.append((kind, shown(engine, i)))
    return numbers
