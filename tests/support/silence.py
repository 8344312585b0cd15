"""Servers that take a connection and say nothing, from the start or from a moment on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """Passes bytes on to a server until told to be silent. Without one it is silent for ever."""

    def __init__(self, to: str | tuple[str, int] | None = None) -> None:
        self._to = to
        self._talking = threading.Event()
        self._talking.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._open: list[socket.socket] = [self._listener]
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hush(self) -> None:
        """Pass nothing on from now on; connections stay open, and new ones are taken."""
        self._talking.clear()

    def speak(self) -> None:
        """Pass on what was held back, and all that comes."""
        self._talking.set()

    def close(self) -> None:
        """End all connections."""
        self._talking.set()
        for one in self._open:
            with suppress(OSError):
                one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                if self._to is not None:
                    threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._talking.wait()
        if isinstance(self._to, str):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._to)
        else:
            server = socket.create_connection(self._to)  # type: ignore[arg-type]
        self._open.append(server)
        threading.Thread(target=self._pass_on, args=(server, client), daemon=True).start()
        self._pass_on(client, server)

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                self._talking.wait()
                other.sendall(said)
            other.shutdown(socket.SHUT_WR)


@contextmanager
def open_proxy(to: str | tuple[str, int] | None = None) -> Iterator[Proxy]:
    """Run a proxy for a while; ``to`` is a socket's path or an address, None for silence."""
    proxy = Proxy(to)
    try:
        yield proxy
    finally:
        proxy.close()
