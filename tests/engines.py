"""Other engines than Chromium, as they come, each in the protocol that it speaks itself.

Firefox speaks WebDriver BiDi; Debian has no geckodriver for more. WebKitGTK has a driver that speaks WebDriver.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

from driving import PATIENCE, free_port, wait_for
from websockets.sync.client import connect

from scripts.serve import Quiet, served

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), "")
WEBKIT = shutil.which("WebKitWebDriver") if shutil.which("Xvfb") else None
KEYS = {"Enter": "\ue007", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014"}
# WebDriver does not tell what stands in the console, so WebKit's pages note it. The script comes before the policy.
NOTES = (
    "<script>{ window.noted = []; const note = (text) => noted.push(String(text));"
    " for (const kind of ['error', 'warn']) { const say = console[kind];"
    " console[kind] = (...words) => { note(words.join(' ')); say.apply(console, words); }; }"
    " addEventListener('error', (e) => note(e.message ?? `not loaded: ${e.target.src ?? e.target.href}`), true);"
    " addEventListener('unhandledrejection', (e) => note(e.reason));"
    " addEventListener('securitypolicyviolation', (e) => note(`${e.violatedDirective} refuses ${e.blockedURI}`));"
    " }</script>"
)


class Noting(Quiet):
    """Each page with a script that notes complaints; under /phone a frame for a page."""

    def do_GET(self):
        if self.path == "/phone":
            return self.answer(b"<body style='margin: 0'><iframe style='border: 0; display: block'></iframe>")
        path = Path(self.translate_path(self.path))
        if path.suffix != ".html":
            return super().do_GET()
        page = re.sub(r"(<meta charset=[^>]*>)", rf"\1{NOTES}", path.read_text(encoding="utf-8"), count=1)
        self.answer(page.encode())


class Engine:
    """What the tests ask of every engine; those below add open, evaluate, act, complaints and close."""

    def click(self, x, y):
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            *({"type": f"pointer{w}", "button": 0} for w in ("Down", "Up")),
        ]
        self.act({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves})

    def press(self, key):
        self.act(
            {"type": "key", "id": "keys", "actions": [{"type": f"key{w}", "value": KEYS[key]} for w in ("Down", "Up")]}
        )


class Firefox(Engine):
    def __init__(self, html: Path, profile: Path):
        self.ends = ExitStack()
        self.address = self.ends.enter_context(served(html))
        command = [FIREFOX, "--headless", "--remote-debugging-port", "0", "--profile", profile]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        told = profile / "WebDriverBiDiServer.json"
        place = wait_for(
            lambda: told.exists() and told.read_text().endswith("}") and json.loads(told.read_text()), told
        )
        at = f"ws://{place['ws_host']}:{place['ws_port']}/session"
        self.socket = self.ends.enter_context(connect(at, max_size=None, proxy=None))
        self.sent, self.said, self.context = 0, [], None
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method, **params):
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": params}))
        while True:
            came = json.loads(self.socket.recv(timeout=PATIENCE))
            if came.get("method") == "log.entryAdded" and came["params"]["level"] in ("error", "warn"):
                self.said.append(came["params"]["text"])
            if came.get("id") == self.sent:
                assert came["type"] == "success", f"{method}: {came}"
                return came["result"]

    def open(self, name, width):
        if self.context:
            self.send("browsingContext.close", context=self.context)
        self.said = []
        self.context = self.send("browsingContext.create", type="tab")["context"]
        self.send("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": 800})
        self.send("browsingContext.navigate", context=self.context, url=self.address + name, wait="complete")

    def evaluate(self, expression):
        program = {
            "expression": f"JSON.stringify({expression})",
            "awaitPromise": False,
            "target": {"context": self.context},
        }
        result = self.send("script.evaluate", **program)
        assert result["type"] == "success", result
        return json.loads(result["result"].get("value", "null"))

    def act(self, source):
        self.send("input.performActions", context=self.context, actions=[source])

    def complaints(self):
        self.evaluate("0")  # what was said before comes before the answer
        return self.said

    def close(self):
        self.ends.close()
        self.process.terminate()
        self.process.wait()


class WebKit(Engine):
    def __init__(self, html: Path):
        self.ends = ExitStack()
        self.address = self.ends.enter_context(served(html, Noting))
        self.session = ""
        self.start()
        self.send("POST", "/window/rect", x=0, y=0, width=1280, height=900)

    def start(self):
        told, tells = os.pipe()
        self.run(["Xvfb", "-displayfd", str(tells), "-screen", "0", "1400x1000x24"], pass_fds=[tells])
        os.close(tells)
        with open(told) as lines:  # to the end of the line, or Xvfb can't write it, and ends
            display = lines.readline().strip()
        port = free_port()
        self.run([WEBKIT, f"--port={port}"], env={**os.environ, "DISPLAY": f":{display}"})
        self.driver = f"http://127.0.0.1:{port}"
        wait_for(self.is_there, WEBKIT)
        self.session = f"/{self.send('POST', capabilities={})['sessionId']}"

    def run(self, command, **options):
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True, **options)
        self.ends.callback(process.wait)
        self.ends.callback(os.killpg, process.pid, signal.SIGTERM)

    def is_there(self):
        with suppress(urllib.error.URLError, ConnectionError):
            return urllib.request.urlopen(f"{self.driver}/status").status == 200

    def send(self, method, path="", timeout=PATIENCE, **params):
        body = None if method == "DELETE" else json.dumps(params).encode()
        address = f"{self.driver}/session{self.session}{path}"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"}, method=method)
        try:
            return json.load(urllib.request.urlopen(request, timeout=timeout))["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()}") from None

    def open(self, name, width):
        """The window is never as narrow as a phone; a frame in it is."""
        self.send("POST", "/frame", id=None)
        if width == 1280:
            return self.send("POST", "/url", url=self.address + name)
        self.send("POST", "/url", url=f"{self.address}phone")
        frame = f"Object.assign(document.querySelector('iframe'), {{width: {width}, height: 800, src: '{name}'}})"
        assert self.evaluate(f"Boolean({frame})")
        self.send("POST", "/frame", id=0)
        wait_for(lambda: self.evaluate("document.readyState === 'complete' && 'noted' in window"), name)

    def evaluate(self, expression):
        return self.send("POST", "/execute/sync", script=f"return {expression}", args=[])

    def act(self, source):
        self.send("POST", "/actions", actions=[source])

    def complaints(self):
        return self.evaluate("noted")

    def close(self):
        self.send("DELETE")
        self.ends.close()
