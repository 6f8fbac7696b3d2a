"""A server of a folder, on this machine, that says nothing in the terminal. For tools and tests."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TEXTS = {".html", ".css", ".js", ".json", ".svg", ".txt", ".xml"}


class Quiet(SimpleHTTPRequestHandler):
    """A folder's files as they are."""

    def answer(self, body: bytes, kind: str = "text/html", **headers: str) -> None:
        """Send a text of ours; underscores in the headers' names stand for hyphens."""
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Gzipped(Quiet):
    """A folder's files as hosts send them: texts gzipped."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file() or path.suffix not in TEXTS:
            return super().do_GET()
        kind = self.guess_type(str(path)).split(";")[0]
        self.answer(gzip.compress(path.read_bytes()), kind, Content_Encoding="gzip", Cache_Control="max-age=600")


@contextmanager
def served(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """The folder at the address that it gives, from another thread."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
