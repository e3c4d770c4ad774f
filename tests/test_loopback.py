"""No test talks to anybody but this machine."""

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.invalid", "2001:db8::1"])
def test_strangers_are_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as connection:
        with pytest.raises(AssertionError, match="only this machine"):
            connection.connect((host, 9))
        with pytest.raises(AssertionError, match="only this machine"):
            connection.connect_ex((host, 9))


def test_this_machine_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
