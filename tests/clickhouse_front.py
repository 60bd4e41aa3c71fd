"""A small HTTP front over the embedded engine, so that tests can use ClickHouse as a server.

    python -m tests.clickhouse_front DIRECTORY [BACKUPS] [--user NAME:PASSWORD] [--certificate FILE --key FILE]

prints its port, and answers until it is ended. It takes what clickhouse-connect's HTTP client sends: the statement as
`query` or as the body, `param_*` values, settings, and inserts in Native format. No sessions: for tests alone.
"""

import argparse
import gzip
import re
import ssl
import tempfile
import threading
from base64 import b64encode
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import chdb
import lz4.frame

TRANSPORT = frozenset(
    {
        "query",
        "database",
        "session_id",
        "client_protocol_version",
        "wait_end_of_query",
        "compress",
        "decompress",
        "query_id",
        "role",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "send_progress_in_http_headers",
        "buffer_size",
        "cancel_http_readonly_queries_on_client_close",
    }
)
"""Parameters of the protocol, which are no settings of the engine."""
DECOMPRESS = {"identity": bytes, "gzip": gzip.decompress, "lz4": lz4.frame.decompress}


MOST_VALUE_BYTES = 131_072
"""As a server has it (`http_max_field_value_size`)."""


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a form that was sent in parts."""
    form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts = [part for part in form.iter_parts() if isinstance(part, EmailMessage)]
    return {
        str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True)).decode()
        for part in parts
    }


class Front(BaseHTTPRequestHandler):
    """One thread a connection, one engine connection a thread."""

    protocol_version = "HTTP/1.1"
    directory = ""
    credentials = ""
    """What has to come as `Authorization`; nothing where anybody may ask."""
    local = threading.local()

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        parameters = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        body = self.read_body()
        if self.headers.get_content_type() == "multipart/form-data":
            parameters |= read_form(self.headers["Content-Type"], body)
            body = b""
        if any(len(value.encode()) > MOST_VALUE_BYTES for value in parameters.values()):
            refusal = b"Code: 1000. DB::Exception: HTML Form Exception: Field value too long. (POCO_EXCEPTION)"
            self.answer(500, refusal, {"X-ClickHouse-Exception-Code": "1000"})
            return
        if self.credentials and self.headers.get("Authorization") != self.credentials:
            refusal = b"Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)"
            self.answer(403, refusal, {"X-ClickHouse-Exception-Code": "516"})
            return
        try:
            answer = self.execute(parameters, body)
        except Exception as error:  # the engine's message is the answer
            code = re.search(r"Code: (\d+)", str(error))
            self.answer(500, str(error).encode(), {"X-ClickHouse-Exception-Code": code[1] if code else "1"})
            return
        self.answer(200, answer, {"X-ClickHouse-Summary": "{}"})

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return DECOMPRESS[self.headers.get("Content-Encoding", "identity")](body)

    def execute(self, parameters: dict[str, str], body: bytes) -> bytes:
        statement = parameters.get("query", "").encode()
        statement, data = (statement, body) if statement else (body, b"")
        if b"FORMAT Native\n" in statement and statement.lstrip().upper().startswith(b"INSERT"):
            statement, _, data = statement.partition(b"FORMAT Native\n")
        elif statement.lstrip().upper().startswith(b"INSERT") and data:
            statement = statement.replace(b"FORMAT Native", b"")
        connection = self.connect()
        for name, value in parameters.items():
            if name not in TRANSPORT and not name.startswith("param_"):
                connection.query(f"SET {name} = '{value}'")
        if data:
            return self.insert(connection, statement.decode().rstrip(), data)
        values = {name[6:]: value for name, value in parameters.items() if name.startswith("param_")}
        result = connection.query(statement.decode(), "TabSeparated", params=values)
        return bytes(result.bytes())

    def insert(self, connection: Any, statement: str, data: bytes) -> bytes:
        with tempfile.NamedTemporaryFile(suffix=".native") as file:
            file.write(data)
            file.flush()
            connection.query(f"{statement} FROM INFILE '{file.name}' FORMAT Native")
        return b""

    def connect(self) -> Any:
        if not hasattr(self.local, "connection"):
            self.local.connection = chdb.connect(self.directory)
        return self.local.connection

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests look at answers, not at logs."""


class Server(ThreadingHTTPServer):
    """Whoever asks may be gone before the answer, or before the question is whole: that is what tests are about."""

    def handle_error(self, *_: object) -> None:
        """Nothing is said."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("backups", type=Path, nargs="?")
    parser.add_argument("--user", default="")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    given = parser.parse_args()
    backups = f"?{urlencode({'backups.allowed_path': given.backups.resolve()})}" if given.backups else ""
    Front.directory = f"{given.directory.resolve()}{backups}"
    Front.credentials = f"Basic {b64encode(given.user.encode()).decode()}" if given.user else ""
    keep_open = chdb.connect(Front.directory)
    server = Server(("127.0.0.1", 0), Front)
    if given.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate, given.key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_port, flush=True)
    server.serve_forever()
    keep_open.close()


if __name__ == "__main__":
    main()
