"""The life of a stack: started once, joined, left, killed and started again."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from chattui.local import stack
from chattui.local.cast import start as cast
from chattui.local.errors import StackFailed
from chattui.local.leases import LINGER
from chattui.local.places import DataDirectory
from chattui.local.processes import ProcessId
from chattui.local.stack import Lease
from chattui.local.state import Endpoint, State, running

GONE = LINGER + 15
NOBODY = 65534


def _state(directory: Path) -> State:
    state = running(DataDirectory.at(directory))
    assert state
    return state


def _postmaster(directory: Path) -> ProcessId:
    lines = (DataDirectory.at(directory).cluster / "data" / "postmaster.pid").read_text().splitlines()
    return ProcessId.of(int(lines[0]))


def _holds(endpoint: Endpoint, leases: int) -> None:
    """Wait until the server knows of so many leases."""
    deadline = time.monotonic() + 5
    while stack._leases(endpoint) != leases:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _answers(endpoint: Endpoint) -> bool:
    health = httpx.get(f"{endpoint.url}/auth/v1/health", headers={"apikey": endpoint.anon_key})
    query = httpx.get(
        f"{endpoint.url}/rest/v1/organizations?select=name", headers={"apikey": endpoint.service_role_key}, timeout=10
    )
    return health.status_code == 200 and query.json() == [{"name": "Acme Support"}]


def test_a_second_start_joins_and_the_last_to_leave_ends_it(directory: Path) -> None:
    steps: list[str] = []
    first = stack.join(directory, progress=steps.append)
    second = stack.join(directory, progress=lambda step: pytest.fail(f"started again: {step}"))
    server, postmaster = _state(directory).server, _postmaster(directory)
    assert first.endpoint == second.endpoint
    assert {"Making a PostgreSQL cluster", "Starting PostgreSQL", "Sowing the seed"} <= set(steps)
    assert _answers(first.endpoint)
    first.close()
    _holds(second.endpoint, leases=1)
    assert server.alive()
    second.close()
    assert server.ended(GONE)
    assert not postmaster.alive()
    assert running(DataDirectory.at(directory)) is None


def test_starting_at_once_starts_one(directory: Path) -> None:
    script = (
        "import sys, pathlib; from chattui.local import stack;"
        " lease = stack.join(pathlib.Path(sys.argv[1])); print(lease.endpoint.url, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(directory)]
    with ExitStack() as clients:
        started = [
            clients.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            for _ in range(4)
        ]
        urls = {client.stdout.readline() for client in started if client.stdout}
        for client in started:
            client.kill()
    assert len(urls) == 1
    assert urls != {b""}


def test_a_killed_client_gives_its_lease_back(directory: Path) -> None:
    script = (
        "import sys, pathlib; from chattui.local import stack;"
        " stack.join(pathlib.Path(sys.argv[1])); print('joined', flush=True); sys.stdin.read()"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", script, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with client:
        assert client.stdout
        assert client.stdout.readline() == b"joined\n"
        server = _state(directory).server
        client.kill()
    assert server.ended(GONE)


def test_what_was_written_is_there_again_and_so_are_address_and_keys(directory: Path) -> None:
    with stack.join(directory) as lease:
        before = lease.endpoint
        with psycopg.connect(before.db_url) as database:
            database.execute("update organizations set name = 'Acme Support', settings = '{\"notify\": true}'")
    stack.end(directory)
    with stack.join(directory) as lease:
        assert lease.endpoint == before
        with psycopg.connect(before.db_url) as database:
            assert database.execute("select settings ->> 'notify' from organizations").fetchone() == ("true",)


def test_fresh_begins_anew_but_not_under_others(directory: Path) -> None:
    with stack.join(directory) as lease:
        with psycopg.connect(lease.endpoint.db_url) as database:
            database.execute("update organizations set name = 'Changed'")
        with pytest.raises(StackFailed, match="Others are using this stack"):
            stack.join(directory, fresh=True)
    with _join_fresh(directory) as lease:
        assert _answers(lease.endpoint)


def _join_fresh(directory: Path) -> Lease:
    """The server may take a moment to notice that the lease was closed."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            return stack.join(directory, fresh=True)
        except StackFailed:
            time.sleep(0.02)
    pytest.fail("the stack stays taken")


def test_a_killed_server_is_cleaned_up_by_the_next_start(directory: Path) -> None:
    with stack.join(directory):
        server, postmaster = _state(directory).server, _postmaster(directory)
        os.kill(server.pid, signal.SIGKILL)
        assert server.ended(5)
        assert postmaster.alive()
    with stack.join(directory) as lease:
        assert not postmaster.alive()
        assert _answers(lease.endpoint)


def test_both_killed(directory: Path) -> None:
    with stack.join(directory):
        server, postmaster = _state(directory).server, _postmaster(directory)
        os.kill(server.pid, signal.SIGKILL)
        os.kill(postmaster.pid, signal.SIGKILL)
        assert server.ended(5)
    with stack.join(directory) as lease:
        assert _answers(lease.endpoint)


def test_a_server_killed_while_its_cluster_is_made(directory: Path) -> None:
    script = "import sys, pathlib; from chattui.local import stack; stack.join(pathlib.Path(sys.argv[1]))"
    with subprocess.Popen([sys.executable, "-c", script, str(directory)], stderr=subprocess.DEVNULL) as client:
        cluster = DataDirectory.at(directory).cluster
        _await(lambda: any(cluster.glob("unfinished*/base")))
        for server in psutil.Process(client.pid).children():
            server.kill()
        with stack.join(directory) as lease:
            assert _answers(lease.endpoint)
        assert client.wait(10)


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_killed_postgres_comes_back_at_the_same_address(directory: Path) -> None:
    with stack.join(directory) as lease:
        postmaster = _postmaster(directory)
        os.kill(postmaster.pid, signal.SIGKILL)
        assert postmaster.ended(5)
        _await_database(lease.endpoint)
        assert _answers(lease.endpoint)


def _await_database(endpoint: Endpoint) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            psycopg.connect(endpoint.db_url, connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("PostgreSQL did not come back")


def test_a_foreign_process_under_the_noted_numbers_is_left_alone(directory: Path) -> None:
    stack.join(directory).close()
    state = _state(directory)
    stack.end(directory)
    data = DataDirectory.at(directory)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        told = json.dumps({"endpoint": {}, "server": {"pid": stranger.pid, "started": state.server.started}})
        data.state.write_text(told)
        (data.cluster / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{data.cluster}/data\n0\n5432\n\n\n\n")
        with stack.join(directory) as lease:
            assert _answers(lease.endpoint)
        assert stranger.poll() is None
        stranger.kill()


def test_a_taken_port_is_named(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StackFailed, match=f"Port {port} is taken"):
            stack.serve_foreground(directory, port=port, ready=lambda _: None)


def test_a_cluster_of_another_version_is_named(directory: Path) -> None:
    stack.join(directory).close()
    stack.end(directory)
    (DataDirectory.at(directory).cluster / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(StackFailed, match="was made by PostgreSQL 15, and this is PostgreSQL 18"):
        stack.join(directory)
    with stack.join(directory, fresh=True) as lease:
        assert _answers(lease.endpoint)


def test_migrations_of_a_newer_chattui_are_named(directory: Path) -> None:
    with stack.join(directory) as lease, psycopg.connect(lease.endpoint.db_url) as database:
        database.execute("insert into supabase_migrations.schema_migrations values ('29990101000000', '{}', 'later')")
    stack.end(directory)
    with pytest.raises(StackFailed, match="29990101000000, which this chattui does not know"):
        stack.join(directory)


def test_spoiled_secrets_are_named(directory: Path) -> None:
    stack.join(directory).close()
    stack.end(directory)
    DataDirectory.at(directory).secrets.write_text("{")
    with pytest.raises(StackFailed, match=r"secrets\.json can not be read"):
        stack.join(directory)


def test_a_directory_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackFailed, match="can not be used"):
        stack.join(tmp_path / "file" / "data")


def test_a_directory_of_everybody_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StackFailed, match="Everybody may write"):
        stack.join(tmp_path)
    assert list(tmp_path.iterdir()) == []
    tmp_path.chmod(0o755)
    assert DataDirectory.at(tmp_path).root == tmp_path
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_nobody_else_can_read_or_reach_it(directory: Path) -> None:
    with stack.join(directory):
        data = DataDirectory.at(directory)
        for path in (data.secrets, data.state, data.root / "ports.json"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(data.root.stat().st_mode) == 0o700
        assert stat.S_IMODE(data.cluster.stat().st_mode) == 0o700
        ours = (_state(directory).server.pid, _postmaster(directory).pid)
        listening = {c.laddr.ip for pid in ours for c in psutil.Process(pid).net_connections() if c.status == "LISTEN"}
        assert listening == {"127.0.0.1"}


def test_nobody_else_can_read_it_where_the_directory_is_open_to_readers(directory: Path) -> None:
    """Its mode is left alone, so every file has to look after itself."""
    directory.chmod(0o755)
    (directory / "server.log").touch(0o644)
    with stack.join(directory):
        cast.play(directory)
        assert cast.end(directory)
        readable = [path.name for path in directory.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
        assert not readable
        assert stat.S_IMODE(directory.stat().st_mode) == 0o755


def test_no_secret_is_in_the_list_of_processes(directory: Path) -> None:
    with stack.join(directory):
        secrets = json.loads(DataDirectory.at(directory).secrets.read_text())
        words = [secrets[name] for name in secrets if name.endswith(("secret", "password"))]
        words += [account["password"] for account in secrets["accounts"]] + list(_keys(directory))
        lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
        assert any(str(directory) in line for line in lines)
        assert not [line for line in lines if any(word in line for word in words)]


def _keys(directory: Path) -> tuple[str, str]:
    endpoint = _state(directory).endpoint
    return endpoint.anon_key, endpoint.service_role_key


def test_the_database_wants_a_password(directory: Path) -> None:
    with stack.join(directory) as lease:
        wrong = lease.endpoint.db_url.replace("postgres:", "postgres:x", 1)
        for address in (wrong, wrong.replace("postgres:x", "supabase_admin:x", 1)):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(address)


def test_the_foreground_stack_tells_and_stops(directory: Path) -> None:
    script = (
        "import sys, pathlib; from chattui.local import stack;"
        " stack.serve_foreground(pathlib.Path(sys.argv[1]), ready=lambda e: print(e.url, flush=True))"
    )
    command = [sys.executable, "-c", script, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as foreground:
        assert foreground.stdout
        url = foreground.stdout.readline().decode().strip()
        postmaster = _postmaster(directory)
        with stack.join(directory) as lease:
            assert lease.endpoint.url == url
            with pytest.raises(StackFailed, match="A stack already runs"):
                stack.serve_foreground(directory, ready=lambda _: None)
        foreground.send_signal(signal.SIGTERM)
        assert foreground.wait(15) == 0
    assert not postmaster.alive()
    assert running(DataDirectory.at(directory)) is None


def test_what_a_deleted_directory_leaves_is_deleted(directory: Path, tmp_path: Path) -> None:
    deleted = tmp_path / "deleted"
    stack.join(deleted).close()
    postmaster, cluster = _postmaster(deleted), DataDirectory.at(deleted).cluster
    os.kill(_state(deleted).server.pid, signal.SIGKILL)
    shutil.rmtree(deleted)
    stack.join(directory).close()
    if os.geteuid() == 0:
        assert not postmaster.alive()
    else:  # it sees by itself that its files are gone, within a minute
        os.kill(postmaster.pid, signal.SIGQUIT)
    assert not cluster.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="all the others have just run as a plain user")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="becoming a plain user needs setpriv (util-linux)")
def test_a_plain_user_runs_it_in_place() -> None:
    script = (
        "import os, sys; from pathlib import Path; from chattui.local import stack; assert os.geteuid()\n"
        "directory = Path(sys.argv[1]) / 'data'; lease = stack.join(directory)\n"
        "print((directory / 'postgres/data/PG_VERSION').read_text().strip(), lease.endpoint.accounts[0].email)\n"
        "lease.close(); stack.end(directory)"
    )
    # The interpreter may lie in root's home: reading is allowed, nothing else that root can do.
    read = ("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search")
    become = ("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", *read)
    with tempfile.TemporaryDirectory(prefix="chattui-test-") as home:
        os.chown(home, NOBODY, NOBODY)
        done = subprocess.run(
            [*become, sys.executable, "-c", script, home],
            check=False,
            capture_output=True,
            text=True,
            env={"HOME": home, "PATH": os.environ["PATH"]},
        )
    assert (done.stdout, done.returncode) == ("18 ana@acme.example\n", 0), done.stderr
