"""The embedded PostgreSQL and Redis by themselves: where they live, who holds them, what they survive."""

import os
import signal
import subprocess
import sys

import psycopg2
import pytest

from releasecal.embedded import children, homes
from releasecal.embedded.postgres import APPLICATION, LONGEST_SOCKET_PATH_MACOS, OWNER, SOCKET_NAME, Postgres
from releasecal.embedded.redis import Redis, binary
from tests.launch.clones import copy_of_this, surroundings, wait_until


@pytest.fixture
def place(open_folder):
    """A folder that the servers' account can reach, with a space and a quote in its name."""
    place = open_folder / "it's a place"
    place.mkdir(mode=0o755)
    return place


def ask(url, question):
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_postgres_18_listens_on_its_socket_alone_in_utf8_and_utc(place):
    server = Postgres(place / "postgres", bin=homes.postgres_binaries())
    server.start()
    try:
        assert ask(server.url(), "SHOW server_version_num").startswith("18")
        assert ask(server.url(), "SHOW listen_addresses") == ""
        assert ask(server.url(), "SHOW server_encoding") == "UTF8"
        assert ask(server.url(), "SHOW timezone") == "UTC"
        assert (
            ask(server.url(), "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'releasecal'")
            == "bC.UTF-8"
        )
        assert ask(server.url(), "SHOW fsync") == "on"
        assert server.socket.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


def test_the_application_role_owns_nothing_and_makes_nothing(place):
    server = Postgres(place / "postgres", bin=homes.postgres_binaries(), durable=False)
    server.start()
    try:
        roles = (
            "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND NOT rolcreatedb"
        )
        assert ask(server.url(), roles) == f"{APPLICATION},{OWNER}"
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(server.url(), "CREATE TABLE mine ()")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(server.url(), "SET session_replication_role = replica")
    finally:
        server.stop()


def test_a_killed_server_starts_again_with_what_was_committed(place):
    server = Postgres(place / "postgres", bin=homes.postgres_binaries())
    server.start()
    connection = psycopg2.connect(server.url(OWNER))
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int)")
        cursor.execute("INSERT INTO kept VALUES (42)")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert (server.data / "postmaster.pid").exists()

    again = Postgres(place / "postgres", bin=homes.postgres_binaries())
    again.start()
    try:
        assert ask(again.url(OWNER), "SELECT n FROM kept") == 42
    finally:
        again.stop()


def test_a_pid_file_that_names_somebody_elses_process_does_not_hinder_the_start(place):
    server = Postgres(place / "postgres", bin=homes.postgres_binaries(), durable=False)
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    server.start()
    try:
        assert ask(server.url(), "SELECT 1") == 1
    finally:
        server.stop()


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(place):
    deep = place / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = Postgres(deep / "postgres", bin=homes.postgres_binaries(), durable=False)
    server.start()
    try:
        assert len(os.fsencode(server.socket / SOCKET_NAME)) <= LONGEST_SOCKET_PATH_MACOS
        assert ask(server.url(), "SELECT 1") == 1
    finally:
        server.stop()
    assert not server.socket.exists()


def test_redis_never_evicts_keeps_a_log_and_lets_nobody_in_without_the_password(place):
    server = Redis(place / "redis")
    server.start()
    try:
        assert speak(server, "CONFIG", "GET", "maxmemory-policy").split() == ["maxmemory-policy", "noeviction"]
        assert speak(server, "CONFIG", "GET", "appendonly").split() == ["appendonly", "yes"]
        assert speak(server, "CONFIG", "GET", "bind").split() == ["bind", "127.0.0.1"]
        assert "NOAUTH" in speak(Redis(server.home, password=""), "PING", port=server.port)
        speak(server, "SET", "kept", "42")
    finally:
        server.stop()
    again = Redis(place / "redis")
    again.start()
    try:
        assert speak(again, "GET", "kept") == "42\n"
    finally:
        again.stop()


def speak(server, *words, port=0):
    command = [binary().with_name("redis-cli"), "-p", str(port or server.port), *words]
    environment = {"REDISCLI_AUTH": server.password} if server.password else {}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout


USER = """
import sys
from releasecal.embedded.keeper import Use
use = Use("redis")
print(use.begin()["pid"], flush=True)
sys.stdin.readline()
use.end()
print("ended", flush=True)
"""


def test_a_server_stays_for_its_last_user_and_no_longer_however_users_end(tmp_path):
    clone = copy_of_this(tmp_path / "clone")

    def user():
        command = [sys.executable, "-c", USER]
        return subprocess.Popen(command, cwd=clone, env=surroundings(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    first, second, third = user(), user(), user()
    try:
        pids = {int(process.stdout.readline()) for process in (first, second, third)}
        (pid,) = pids  # one server for all of them
        first.stdin.write("\n")
        first.stdin.flush()
        assert first.stdout.readline() == "ended\n"
        second.kill()
        second.wait()
        assert third.poll() is None
        os.kill(pid, 0)
        third.kill()
        wait_until(lambda: not lives(pid), "the server is gone")
        wait_until(lambda: not (clone / "var" / "run.json").exists(), "run.json is gone")
        fourth = user()
        assert int(fourth.stdout.readline()) != pid
        fourth.communicate("\n")
        wait_until(lambda: not (clone / "var" / "run.json").exists(), "run.json is gone again")
    finally:
        for process in (first, second, third):
            process.kill()
            process.communicate()


def test_a_keeper_told_to_stop_as_soon_as_it_is_ready_takes_its_server_along(tmp_path):
    clone = copy_of_this(tmp_path / "clone")
    command = [sys.executable, "-m", "releasecal.embedded.keeper", "redis"]
    for _ in range(5):
        with subprocess.Popen(command, cwd=clone, env=surroundings(), stdout=subprocess.PIPE) as keeper:
            assert keeper.stdout.readline() == b"ready\n"
            keeper.terminate()
            assert keeper.wait(90) == 0
        assert not (clone / "var" / "run.json").exists()


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_root_puts_data_elsewhere_only_where_the_servers_account_cannot_go(place):
    nobody = children.Account("nobody", 65534, 65534)
    private = place / "private"
    (private / "inner").mkdir(parents=True)
    assert homes.reachable(private / "inner", nobody)
    private.chmod(0o700)
    assert not homes.reachable(private / "inner", nobody)
    assert homes.reachable(private / "inner", children.Account("owner", os.geteuid(), os.getegid()))
