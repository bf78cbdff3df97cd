#!/usr/bin/env python3
"""An echoed message costs two system calls, and a share of an epoll_wait: counted by strace.

All connections send at once, while the server is stopped: so the share is the same in every run.
"""

import collections
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import check, end  # noqa: E402
from echo_server import EchoServer  # noqa: E402

CONNECTIONS, ROUNDS = 100, 20
MOST = 2.05


def one_round():
    os.kill(server.pid, signal.SIGSTOP)
    for c in connections:
        c.sendall(b"x" * 64)
    os.kill(server.pid, signal.SIGCONT)
    for c in connections:
        assert c.recv(64, socket.MSG_WAITALL) == b"x" * 64


with EchoServer(ASAN_OPTIONS="detect_leaks=0") as server:  # LeakSanitizer can't be traced
    connections = [server.connect() for _ in range(CONNECTIONS)]
    one_round()
    with tempfile.NamedTemporaryFile("r") as log:
        strace = subprocess.Popen(["strace", "-f", "-o", log.name, "-p", str(server.pid)], stderr=subprocess.PIPE, text=True)
        strace.stderr.readline()  # "Process ... attached"
        for _ in range(ROUNDS):
            one_round()
        strace.send_signal(signal.SIGTERM)
        strace.communicate()
        calls = collections.Counter(re.findall(r"^\d+\s+(\w+)\(", log.read(), re.M))

messages = CONNECTIONS * ROUNDS
each = sum(calls.values()) / messages
print(f"{each:.3f} system calls a message: " + ", ".join(f"{name} {n / messages:.3f}" for name, n in calls.most_common()))
check(f"at most {MOST}", each <= MOST)
check("at least the two that there must be: else not all were counted", each >= 2)
check("no epoll_ctl is among them", not calls["epoll_ctl"])
end()
