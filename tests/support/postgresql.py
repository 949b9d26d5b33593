"""A PostgreSQL server of our own: Debian's programs, a temporary directory, gone when the tests are."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

SUPERUSER = "sightline"
MISSING = "PostgreSQL's server programs are not installed: run `make test`, or `apt-get install postgresql`."
COPIED = ["wal_level=replica", "max_wal_senders=5", "max_replication_slots=5"]  # as a server that is backed up
ALONE = ["wal_level=minimal", "max_wal_senders=0"]
PREFIX, MEMORY, ROOM = "sightline-pg-", Path("/dev/shm"), 4 * 1024**3
BEING_MADE_SECONDS = 600
HASTY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]  # nothing here need survive a power cut


class ServerFailed(Exception):
    """The server did not start; its own words follow."""


def programs() -> Path:
    """Where initdb and postgres lie: the newest of Debian's, else the path's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    if not found:
        raise ServerFailed(MISSING)
    return Path(found).parent


class Server:
    """A running server. It ends with `stop`, and, should we be killed, with us."""

    log = ALONE

    def __init__(self, *, durable: bool = False, copied: bool = False, in_memory: bool = False):
        self.bin, self.durable = programs(), durable
        self.directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_memory() if in_memory else None))
        self.owner = _owner()
        if self.owner:
            shutil.chown(self.directory, self.owner, pwd.getpwnam(self.owner).pw_gid)
        self.data = self.directory / "data"
        self.password = secrets.token_hex(16)
        try:
            self._initialise()
            self.log = COPIED if copied else ALONE
            self._start([] if durable else HASTY)
        except BaseException:
            self.stop()
            raise

    def create(self, name: str, *, template: str = "template0") -> None:
        """Files are copied as they lie where nobody waits for the disk: a third quicker than through the log."""
        how = "" if self.durable or self.connection.info.server_version < 150000 else " STRATEGY FILE_COPY"
        self._run("CREATE DATABASE {} TEMPLATE {}" + how, name, template)

    def freeze(self, name: str) -> None:
        """Let nobody into a template any more, so that copying it never waits for a guest."""
        self._run("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", name)

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url(self, name: str) -> str:
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        if connection := getattr(self, "connection", None):
            connection.close()
        if process := getattr(self, "process", None):
            process.send_signal(signal.SIGQUIT)  # at once: there is nothing to keep
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _initialise(self) -> None:
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        if self.owner:
            shutil.chown(password_file, self.owner)
        done = self._as_owner(
            str(self.bin / "initdb"),
            f"--pgdata={self.data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth-local=trust",  # the socket lies in a directory that only its owner may enter
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        )
        if done.returncode:
            raise ServerFailed(done.stderr)

    def _start(self, settings: list[str]) -> None:
        self.port = _free_port()
        log = self.directory / "log"
        settings = [
            "max_connections=60",
            *settings,
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self.directory}",
            *self.log,
        ]
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        command += [part for setting in settings for part in ("-c", setting)]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*self._become(), "--pdeathsig", "QUIT", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.directory,
                start_new_session=True,  # Ctrl-C is for us; we stop the server ourselves
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connection = psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=20)
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise ServerFailed(log.read_text(errors="replace")) from None
                time.sleep(0.05)

    def _run(self, statement: str, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))

    def _become(self) -> list[str]:
        if not self.owner:
            return ["setpriv"]
        group = str(pwd.getpwnam(self.owner).pw_gid)
        return ["setpriv", "--reuid", self.owner, "--regid", group, "--init-groups"]

    def _as_owner(self, *command: str) -> subprocess.CompletedProcess[str]:
        become = self._become() if self.owner else []
        return subprocess.run([*become, *command], cwd=self.directory, capture_output=True, text=True, check=False)


def _memory() -> str | None:
    """Where files live in memory, if there is room. A new database is eight hundred files: on a disk they take ten times as long
    as here, and a thousand tests each have one of their own."""
    try:
        for left in MEMORY.glob(f"{PREFIX}*"):
            if not _runs(left):  # somebody was killed: on a disk it may lie there, in memory it may not
                shutil.rmtree(left, ignore_errors=True)
        return str(MEMORY) if shutil.disk_usage(MEMORY).free > ROOM else None
    except OSError:
        return None


def _runs(directory: Path) -> bool:
    """Whether a server runs on this folder, or is being made: then processes that end at once leave their numbers in it."""
    try:
        pid = int((directory / "data" / "postmaster.pid").read_text().split()[0])
        if Path(f"/proc/{pid}").exists():
            return True
    except (OSError, ValueError, IndexError):
        pass
    return time.time() - directory.stat().st_mtime < BEING_MADE_SECONDS


def _owner() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as the user that Debian's package made, or as nobody."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise ServerFailed("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
