"""Python in a page that holds nothing else: where it runs, what ends it, what it may take, and where it is refused."""

import gzip
import json
from pathlib import Path

import pytest
from browser import run_module
from driving import wait_for
from engines import FIREFOX, WEBKIT, Firefox, WebKit
from live_page import write_page

from scripts.paths import ROOT
from scripts.serve import served

RIGHT = """import torch

def normalize(x, eps=1e-5):
    mean = x.mean()
    return (x - mean) / torch.sqrt(((x - mean) ** 2).mean() + eps)
"""
NO_EPS = RIGHT.replace(" + eps", "")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    write_page(folder / "some/where")
    return folder


@pytest.fixture(scope="session")
def host(folder):
    with served(folder) as address:
        yield address


@pytest.fixture
def opened(browser, folder, host):
    """opened(name, where="http") -> a page; page.fetched has the names of what it asked for. Fails on a complaint."""
    pages = []

    def opened(name="page.html", where="http", check=True, start=""):
        page = browser.new_page()
        page.fetched, page.complaints = [], []
        if start:
            page.add_init_script(start)
        page.on("request", lambda r: page.fetched.append(r.url.rpartition("/")[2].partition("?")[0]))
        page.on("console", lambda m: page.complaints.append(m.text))
        page.on("pageerror", lambda e: page.complaints.append(str(e)))
        page.goto((f"{host}some/where/" if where == "http" else f"{(folder / 'some/where').as_uri()}/") + name)
        pages.append((page, check))
        return page

    yield opened
    for page, check in pages:
        complaints = list(page.complaints)
        page.close()
        assert not (check and complaints), complaints


def begin(engine, does):
    """Start what the page's script does with `options`."""
    assert engine.evaluate(f"tell((options) => {does})")


def ended(engine):
    """(what came of it, what was printed before)."""
    wait_for(lambda: engine.evaluate("told !== undefined"), "a reply")
    return engine.evaluate("told"), engine.evaluate("printed")


def run(engine, source, by="python"):
    """What a program comes to, and the text that it printed."""
    begin(engine, f"{by}.run({json.dumps(source)}, options)")
    result, pieces = ended(engine)
    return result, "".join(pieces)


def check(engine, source, name="ex04"):
    begin(engine, f"python.check({json.dumps(source)}, {json.dumps(name)}, options)")
    return ended(engine)[0]


def kind(result):
    return result["error"] and result["error"]["kind"]


def still_runs(engine, by="python"):
    return run(engine, "print(6 * 7)", by)[1] == "42\n"


# ---- where it runs


PLACES = [(name, where) for name in ("page.html", "deep/er/page.html") for where in ("http", "file")]


@pytest.mark.parametrize(("name", "where"), PLACES)
def test_it_runs_programs_and_checks_answers(opened, name, where):
    page = opened(name, where)
    result, text = run(page, "import torch\nprint(torch.arange(3.0))\ntorch.ones(2).sum()")
    assert result["error"] is None and text == "tensor([0., 1., 2.])\n" and result["value"]["text"] == "tensor(2.)"
    result, text = run(page, "print('à, අ')\nmissing")
    assert (kind(result), result["error"]["line"], text) == ("NameError", 2, "à, අ\n")
    assert check(page, RIGHT)["ok"]
    wrong = check(page, NO_EPS)
    assert not wrong["ok"] and wrong["mistakes"] == ["no-eps"] and "eps" in wrong["text"]


def test_nothing_is_fetched_before_it_is_asked_for_and_nothing_twice(opened):
    page = opened()
    page.wait_for_load_state("networkidle")
    assert page.fetched == ["page.html", "live.js"]
    for _ in range(2):
        assert check(page, RIGHT)["ok"] and still_runs(page)
    run(page, "while True: pass", "hasty")
    assert still_runs(page, "hasty")
    assert sorted(name for name in page.fetched if name.endswith(".js")) == ["ex04.js", "live.js", "python.js"]


def test_what_a_first_run_costs(folder):
    live = folder / "some/where/_static/live"
    python, table = (len(gzip.compress((live / f"{name}.js").read_bytes(), 6)) for name in ("python", "4.1"))
    assert python + table <= 260_000, (python, table)


def test_a_program_of_before_is_forgotten(opened):
    page = opened()
    run(page, "mine = 1\nimport torch\ntorch.mine = 2")
    assert kind(run(page, "mine")[0]) == "NameError"


# ---- what ends it


LOOPS = (
    "while True: pass",
    "while 1:\n    continue",
    "x = 0.0\nwhile True: x += 1.0",
    "def f():\n    while 1 < 2:\n        pass\nf()",
)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_without_end_is_ended(opened, loop):
    page = opened()
    result, text = run(page, f"print('here')\n{loop}", "hasty")
    assert kind(result) == "TimeLimit" and "0.3 seconds" in result["error"]["message"] and text == "here\n"
    assert still_runs(page, "hasty")


def test_an_answer_that_never_comes_is_no_answer(opened):
    page = opened()
    begin(page, f"hasty.check({json.dumps('def normalize(x, eps):' + chr(10) + '    while True: pass')}, 'ex04')")
    told, _ = ended(page)
    assert kind(told) == "TimeLimit" and told["text"] == told["error"]["message"]
    assert not told["ok"] and told["mistakes"] == []


def test_stop_ends_what_runs_and_what_waits(opened):
    page = opened()
    page.evaluate("python.stop()")  # nothing runs: nothing is stopped
    begin(page, "python.run('print(1)\\nwhile True: pass', options)")
    waits = page.evaluate_handle("({ result: python.run('print(2)').then((result) => result) })")
    wait_for(lambda: page.evaluate("printed.length"), "it runs")
    page.evaluate("python.stop()")
    assert kind(ended(page)[0]) == "Stopped" and kind(waits.evaluate("(it) => it.result")) == "Stopped"
    assert still_runs(page)


def test_stop_does_not_wait_for_the_start(opened):
    page, held = opened(), []
    page.route("**/python.js*", lambda route: held.append(route))
    begin(page, "python.run('print(1)', options)")
    wait_for(lambda: page.evaluate("1") and held, "it is asked for")
    page.evaluate("python.stop()")
    assert kind(ended(page)[0]) == "Stopped"
    held[0].continue_()
    assert still_runs(page)


def test_one_program_runs_at_a_time_and_in_their_order(opened):
    page = opened()
    both = "Promise.all([1, 2].map((k) => python.run(`print(${k})\\nprint(${k})`, options)))"
    begin(page, both)
    assert "".join(ended(page)[1]) == "1\n1\n2\n2\n"


# ---- what it may take


HUNGRY = (
    "rows = []\nwhile True: rows.append([0] * 1000)",
    "text = 'x'\nwhile True: text += text",
    "bytearray(10 ** 9)",
    "import torch\ntorch.zeros(10 ** 9)",
)


@pytest.mark.parametrize("program", HUNGRY)
def test_memory_is_bounded(opened, program):
    page = opened()
    result, _ = run(page, program)
    assert kind(result) == "MemoryError" and "more memory than" in result["error"]["message"]
    assert still_runs(page)


def test_what_programs_leave_is_taken_away(opened):
    """Many runs, each of which takes some of the memory, together more than there is."""
    page = opened()
    for _ in range(8):
        assert run(page, "print(len([[0] * 1000 for _ in range(10_000)]))")[1] == "10000\n"


DEEP = "def f(n):\n    return f(n + 1)\nf(0)", "x = []\nfor _ in range(10_000): x = [x]\nrepr(x)"


@pytest.mark.parametrize("program", DEEP)
def test_calls_that_go_too_deep_are_an_error(opened, program):
    page = opened()
    assert kind(run(page, program)[0]) == "RecursionError"
    assert still_runs(page)


def test_ten_thousand_lines(opened):
    page = opened()
    result, text = run(page, "for i in range(10_000): print(i)")
    lines = text.split("\n")
    assert result["error"] is None and lines == [*map(str, range(2000)), "… 8,000 more lines"]
    assert page.evaluate("printed.length") < 500  # in pieces
    assert "more" not in run(page, "print('few')")[1]


PRINTER = ROOT / "gn_edu_site/live_page/printer.js"
PRINTED = (
    "((says) => { const { print, ended } = w.printer((said) => says.push(said)); for (const text of d.texts) {"
    " for (const byte of new TextEncoder().encode(text)) print(Uint8Array.of(byte)); ended(); says.push('ended') }"
    " return says })([])"
)


def pieces(*texts):
    """What the printer says of each text: (all of it, lines left out)."""
    found, text, more = [], "", 0
    for said in run_module(PRINTER, PRINTED, texts=texts):
        if said == "ended":
            found.append((text, more))
            text, more = "", 0
        else:
            text, more = text + said.get("text", ""), said.get("more", more)
    return found


def test_what_is_printed_comes_whole_up_to_its_limit():
    wide = "අ€😀\n" * 1999  # letters of several bytes, some of them cut by the end of a piece
    long = "y" * 300_000
    assert pieces("", "a", wide, "1\n" * 2000, "1\n" * 2003, "1\n" * 2003 + "2", long, "b\n") == [
        ("", 0),
        ("a", 0),
        (wide, 0),
        ("1\n" * 2000, 0),
        ("1\n" * 2000, 3),
        ("1\n" * 2000, 4),
        ("y" * 200_000, 1),
        ("b\n", 0),
    ]


# ---- where it is refused


GONE = {
    "old": "delete globalThis.DecompressionStream",
    "workers": "globalThis.Worker = class { constructor() { throw Error('no') } }",
    "wasm": "WebAssembly.Module = class { constructor() { throw Error('no') } }",
}


@pytest.mark.parametrize("gone", GONE)
def test_a_browser_that_lacks_something_is_told(opened, gone):
    page = opened(start=GONE[gone])
    result, _ = run(page, "print(1)")
    assert kind(result) == "Refused" and "Python" in result["error"]["message"]
    told = check(page, RIGHT)
    assert not told["ok"] and told["text"] == told["error"]["message"]
    assert ("python.js" in page.fetched) == (gone == "workers")


def test_a_policy_without_wasm_refuses_it_and_the_page_goes_on(opened):
    page = opened("refused.html", check=False)
    result, _ = run(page, "print(1)")
    assert kind(result) == "Refused" and "WebAssembly" in result["error"]["message"]
    assert page.evaluate("document.body.innerText.trim()") == "Python" and "python.js" not in page.fetched


def test_what_did_not_load_is_loaded_at_the_next_try(opened):
    page = opened(check=False)
    for late in ("ex04", "python"):
        page.route(f"**/{late}.js*", lambda route: route.abort())
        told = check(page, RIGHT)
        assert kind(told) == "NotLoaded" and told["text"] == told["error"]["message"]
        page.unroute(f"**/{late}.js*")
    assert check(page, RIGHT)["ok"]


# ---- other engines


ENGINES = [
    pytest.param("firefox", marks=pytest.mark.skipif(not FIREFOX, reason="Firefox is missing")),
    pytest.param("webkit", marks=pytest.mark.skipif(not WEBKIT, reason="WebKitGTK is missing")),
]


@pytest.fixture(params=ENGINES, scope="session")
def engine(request, folder, tmp_path_factory):
    html = folder / "some/where"
    engine = Firefox(html, tmp_path_factory.mktemp("profile")) if request.param == "firefox" else WebKit(html)
    yield engine
    engine.close()


@pytest.mark.parametrize("where", ["http", "file"])
def test_in_other_engines(engine, folder, where, monkeypatch):
    if where == "file":
        monkeypatch.setattr(engine, "address", f"{Path(folder / 'some/where').as_uri()}/")
    engine.open("page.html", 1280)
    assert check(engine, RIGHT)["ok"] and check(engine, NO_EPS)["mistakes"] == ["no-eps"]
    assert kind(run(engine, "while True: pass", "hasty")[0]) == "TimeLimit"
    assert still_runs(engine, "hasty")
    assert run(engine, "for i in range(10_000): print(i)")[1].endswith("\n1999\n… 8,000 more lines")
    assert kind(run(engine, HUNGRY[0])[0]) == "MemoryError"
    assert kind(run(engine, DEEP[0])[0]) == "RecursionError"
    assert still_runs(engine)
    assert where == "file" or engine.complaints() == []
    engine.open("refused.html", 1280)
    assert kind(run(engine, "print(1)")[0]) == "Refused"
