"""The echo server of bench/peer, and clients for it."""
import os
import socket
import subprocess
import time

from checks import BUILD


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class EchoServer:
    """On the real clock, for its clients are outside of it. It ends with the block of a `with`."""

    def __init__(self, **environment):
        self.port = free_port()
        self.process = subprocess.Popen([BUILD / "bench/peer", "echo-server", str(self.port)],
                                        env={**os.environ, "AIO_CLOCK": "real", **environment})
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def connect(self):
        """A connection, as soon as the server listens."""
        for _ in range(500):
            try:
                return socket.create_connection(("127.0.0.1", self.port))
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise TimeoutError("the server does not listen")
