#!/usr/bin/env python3
"""What a silent connection costs a server, beyond the kernel's share: its task, the frame of its handler, its stream.

It has sent one message, got it back, and waits. Environment: BUILD, the folder with bench/peer.
"""
# Once: sanitizers make everything larger.

import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import time

PEER = pathlib.Path(os.environ.get("BUILD", "build"), "bench", "peer")
SETTLED, MEASURED = 200, 2000
MOST = 512

_, most_descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most_descriptors), most_descriptors))

with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
server = subprocess.Popen([PEER, "echo-server", str(port)], env={**os.environ, "AIO_CLOCK": "real"})


def connect():
    for _ in range(500):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise TimeoutError("the server does not listen")


def silent_connection():
    connection = connect()
    connection.sendall(b"x" * 64)
    assert connection.recv(64, socket.MSG_WAITALL) == b"x" * 64
    return connection


def memory():
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


try:
    connections = [silent_connection() for _ in range(SETTLED)]
    before = memory()
    connections += [silent_connection() for _ in range(MEASURED)]
    each = (memory() - before) / MEASURED
finally:
    server.kill()
    server.wait()

failed = not 100 < each <= MOST
print(f"{each:.0f} bytes a silent connection" + (f": FAILED, for at most {MOST} were expected" if failed else ""))
sys.exit(failed)
