#!/usr/bin/env python3
"""Our streams and programs that are not ours: socat, nc, and Python's asyncio, both ways, over TCP and unix sockets.

Each way, a few bytes or a few megabytes are sent, then the end of that half; what comes back must be all of it.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import BUILD, check, end  # noqa: E402
from echo_server import free_port  # noqa: E402

CAT = BUILD / "tests/cat"
LINE = b"a line of some length, so that pieces end anywhere\n"
SIZES = (0, 5, 3_000_000)

ECHO_IN_PYTHON = """
import asyncio, sys
async def echo(reader, writer):
    while data := await reader.read(10_000):
        writer.write(data)
        await writer.drain()
    writer.close()
async def main():
    kind, where = sys.argv[1:]
    if kind == "unix":
        server = await asyncio.start_unix_server(echo, where)
    else:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
SEND_IN_PYTHON = """
import asyncio, sys
async def main():
    kind, where = sys.argv[1:]
    if kind == "unix":
        reader, writer = await asyncio.open_unix_connection(where)
    else:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(where))
    async def send():
        data = sys.stdin.buffer.read()
        for i in range(0, len(data), 7_777):
            writer.write(data[i:i + 7_777])
            await writer.drain()
        writer.write_eof()
    sending = asyncio.create_task(send())
    sys.stdout.buffer.write(await reader.read())
    await sending
asyncio.run(main())
"""

folder = tempfile.TemporaryDirectory()


def payload(size):
    return (LINE * (size // len(LINE) + 1))[:size]


class Server:
    """A program that listens. `where`: the port or the path."""

    def __init__(self, kind, command, port=None):
        self.kind = kind
        self.path = os.path.join(folder.name, f"socket-{time.monotonic_ns()}")
        self.process = subprocess.Popen([word.replace("PATH", self.path) for word in command],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if kind == "unix":
            self.where = self.path
            wait_until(lambda: listens_at(self.path))
        else:
            self.where = port or self.process.stdout.readline().decode().strip()
            if port:
                wait_until(lambda: listens(int(port)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def wait_until(condition):
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    raise TimeoutError("the server does not listen")


def listens(port):
    """In the kernel's table, for a connection would use up a server that takes just one."""
    return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
               for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])


def listens_at(path):
    """The path is there before anybody listens: the flag 00010000 says so."""
    return any(line.split()[3] == "00010000" and line.endswith(path)
               for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:])


def check_bytes(name, expected, got):
    check(name, got == expected, f"{len(got)} bytes came back, and {len(expected)} were expected")


def ours_to(name, kind, command, port=None):
    """Our client, their server that sends back what it gets."""
    for size in SIZES:
        with Server(kind, command, port() if port else None) as server:
            where = [server.where] if kind == "unix" else ["127.0.0.1", server.where]
            done = subprocess.run([CAT, "send", kind, *where, str(size)], stdout=subprocess.PIPE, timeout=60)
            check_bytes(f"ours to {name}, {kind}, {size} bytes", payload(size), done.stdout)


def theirs_to_ours(name, kind, command):
    """Their client, our server."""
    ours = [CAT, "echo", "unix", "PATH"] if kind == "unix" else [CAT, "echo", "tcp", "127.0.0.1", "0"]
    with Server(kind, [str(word) for word in ours]) as server:
        for size in SIZES:
            done = subprocess.run([word.replace("WHERE", server.where) for word in command],
                                  input=payload(size), stdout=subprocess.PIPE, timeout=60)
            check_bytes(f"{name} to ours, {kind}, {size} bytes", payload(size), done.stdout)


def nc_as_server(kind):
    """nc sends nothing back: it says what it has got, and sends something of its own. It may leave without a word if it
    sees our end before it has read its own input: so that is there first, and we do send something."""
    for size in SIZES[1:]:
        port = str(free_port())
        listen = ["nc", "-lU", "-N", "PATH"] if kind == "unix" else ["nc", "-l", "-N", "127.0.0.1", port]
        with Server(kind, listen, port) as server:
            where = [server.where] if kind == "unix" else ["127.0.0.1", port]
            server.process.stdin.write(b"what nc says")
            server.process.stdin.close()
            server.process.stdin = None
            ours = subprocess.Popen([CAT, "send", kind, *where, str(size)], stdout=subprocess.PIPE)
            got_by_nc, _ = server.process.communicate(timeout=60)
            got_by_us, _ = ours.communicate(timeout=60)
            check_bytes(f"ours to nc, {kind}, {size} bytes", payload(size), got_by_nc)
            check_bytes(f"nc to ours, {kind}, {size} bytes", b"what nc says", got_by_us)


python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
port = str(free_port())
ours_to("socat", "tcp", ["socat", "-t", "60", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr", "EXEC:cat"], lambda: port)
ours_to("socat", "unix", ["socat", "-t", "60", "UNIX-LISTEN:PATH", "EXEC:cat"])
theirs_to_ours("socat", "tcp", ["socat", "-t", "60", "-", "TCP:127.0.0.1:WHERE"])
theirs_to_ours("socat", "unix", ["socat", "-t", "60", "-", "UNIX-CONNECT:WHERE"])
for each in ("tcp", "unix"):
    nc_as_server(each)
    ours_to("asyncio", each, [python, "-c", ECHO_IN_PYTHON, each, "PATH"])
    theirs_to_ours("asyncio", each, [python, "-c", SEND_IN_PYTHON, each, "WHERE"])
theirs_to_ours("nc", "tcp", ["nc", "-N", "127.0.0.1", "WHERE"])
theirs_to_ours("nc", "unix", ["nc", "-N", "-U", "WHERE"])

end()
