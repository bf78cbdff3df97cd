#!/usr/bin/env python3
"""What a silent connection costs a server, beyond the kernel's share: its task, the frame of its handler, its stream.

It has sent one message, got it back, and waits. Environment: BUILD, the folder with bench/peer.
"""
# Once: sanitizers make everything larger.

import pathlib
import re
import resource
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import check, end  # noqa: E402
from echo_server import EchoServer  # noqa: E402

SETTLED, MEASURED = 200, 2000
MOST = 420

_, most_descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most_descriptors), most_descriptors))


def silent_connection(server):
    connection = server.connect()
    connection.sendall(b"x" * 64)
    assert connection.recv(64, socket.MSG_WAITALL) == b"x" * 64
    return connection


def memory(server):
    # Exact, where VmRSS in /proc/PID/status may be behind by 32 pages for each processor.
    smaps = pathlib.Path(f"/proc/{server.pid}/smaps_rollup").read_text()
    return int(re.search(r"Rss:\s+(\d+) kB", smaps)[1]) * 1024


with EchoServer() as server:
    connections = [silent_connection(server) for _ in range(SETTLED)]
    before = memory(server)
    connections += [silent_connection(server) for _ in range(MEASURED)]
    each = (memory(server) - before) / MEASURED

print(f"{each:.0f} bytes a silent connection")
check(f"at most {MOST} bytes", each <= MOST)
check("and not so few that something was not counted", each > 100)
end()
