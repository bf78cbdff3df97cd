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
import time

PEER = pathlib.Path(os.environ.get("BUILD", "build"), "bench", "peer")
CONNECTIONS, ROUNDS = 100, 20
MOST = 2.05

with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]

environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "AIO_CLOCK": "real"}  # LeakSanitizer can't be traced
server = subprocess.Popen([PEER, "echo-server", str(port)], env=environment)


def connect():
    for _ in range(500):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise TimeoutError("the server does not listen")


def one_round():
    os.kill(server.pid, signal.SIGSTOP)
    for c in connections:
        c.sendall(b"x" * 64)
    os.kill(server.pid, signal.SIGCONT)
    for c in connections:
        assert c.recv(64, socket.MSG_WAITALL) == b"x" * 64


try:
    connections = [connect() for _ in range(CONNECTIONS)]
    one_round()
    with tempfile.NamedTemporaryFile("r") as log:
        strace = subprocess.Popen(["strace", "-f", "-o", log.name, "-p", str(server.pid)], stderr=subprocess.PIPE, text=True)
        strace.stderr.readline()  # "Process ... attached"
        for _ in range(ROUNDS):
            one_round()
        strace.send_signal(signal.SIGTERM)
        strace.communicate()
        calls = collections.Counter(re.findall(r"^\d+\s+(\w+)\(", log.read(), re.M))
finally:
    server.kill()
    server.wait()

messages = CONNECTIONS * ROUNDS
each = sum(calls.values()) / messages
print(f"{each:.3f} system calls a message: " + ", ".join(f"{name} {n / messages:.3f}" for name, n in calls.most_common()))
wrong = [f"more than {MOST}"] if each > MOST else []
wrong += ["epoll_ctl is among them"] if calls["epoll_ctl"] else []
wrong += ["what was counted can't be all"] if each < 2 else []
if wrong:
    print("FAILED: " + "; ".join(wrong))
sys.exit(bool(wrong))
