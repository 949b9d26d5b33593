"""Copying a PostgreSQL server's data with its own programs, receiving its log, and rebuilding a server from both.

`pg_basebackup` copies the running server. `pg_receivewal` receives the write-ahead log as it is written, over a slot (so that
the server keeps what has not been received); named in `synchronous_standby_names`, a commit is acknowledged only when it is
on the archive's disk too. A rebuilt server replays all of it.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sightline.operations import manifest
from sightline.operations.manifest import Unusable

SLOT = STANDBY = "sightline_backup"
DATA, DUMP, LOG = "data", "database.dump", "wal"
SEGMENT = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.partial)?")
LONGEST_RECOVERY = 4 * 3600  # seconds


def program(name: str) -> str:
    """One of PostgreSQL's programs: the newest of Debian's, else the path's. Raises Unusable."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if not found:
        raise Unusable(
            f"PostgreSQL's program {name} is not installed here: apt-get install postgresql (or postgresql-client)."
        )
    return found


def server_version(data: Path) -> str:
    return (data / "PG_VERSION").read_text().strip()


def environment(settings: Mapping[str, Any], name: str = "") -> dict[str, str]:
    """How PostgreSQL's programs reach the server: by environment, for a command line can be read by everybody."""
    said = {
        "PGHOST": settings.get("HOST") or "",
        "PGPORT": str(settings.get("PORT") or ""),
        "PGUSER": settings.get("USER") or "",
        "PGPASSWORD": settings.get("PASSWORD") or "",
        "PGSSLMODE": (settings.get("OPTIONS") or {}).get("sslmode", ""),
        "PGAPPNAME": name,
    }
    return {**os.environ, **{key: value for key, value in said.items() if value}}


# --- copying -----------------------------------------------------------------------------------------------------------


def base_backup(settings: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """A copy of the whole server that can stand by itself, each file with its digest in `backup_manifest`."""
    _run(
        [
            *(program("pg_basebackup"), "--pgdata", str(folder / DATA), "--format=plain", "--wal-method=stream"),
            *("--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password"),
        ],
        environment(settings, "sightline_base_backup"),
        "The server could not be copied. Its user needs the right REPLICATION (ALTER ROLE … REPLICATION), pg_hba.conf a line "
        "for `replication`, and the server wal_level=replica (PostgreSQL's own default).",
    )
    return {f"{DATA}/backup_manifest": manifest.sha256(folder / DATA / "backup_manifest")}


def dump(settings: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """One consistent moment of the database, readable by any later version. What comes afterwards is not in it."""
    target = folder / DUMP
    _run(
        [
            program("pg_dump"),
            "--format=custom",
            "--compress=1",
            "--no-password",
            "--file",
            str(target),
            settings["NAME"],
        ],
        environment(settings, "sightline_dump"),
        "The database could not be written out.",
    )
    os.chmod(target, 0o600)
    return {DUMP: manifest.sha256(target)}


def follow(settings: Mapping[str, Any], folder: Path) -> list[str]:
    """Makes the slot where there is none, and returns the command that receives the log from now on, for as long as it
    runs. It waits and connects again when the server is away.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    receive = [program("pg_receivewal"), "--directory", str(folder), "--slot", SLOT, "--no-password"]
    _run(
        [*receive, "--create-slot", "--if-not-exists"],
        environment(settings, STANDBY),
        "The log cannot be received. Its user needs the right REPLICATION, and the server wal_level=replica and a free slot.",
    )
    return [*receive, "--synchronous", "--status-interval=5"]


def prune(place: Path, copies: list[Path]) -> None:
    """Lets go of the log that no copy needs any more."""
    firsts = [first_segment(copy / DATA) for copy in copies if (copy / DATA / "backup_label").exists()]
    if firsts and (place / LOG).is_dir():
        _run(
            [program("pg_archivecleanup"), str(place / LOG), min(firsts)],
            dict(os.environ),
            "The log could not be tidied.",
        )


def first_segment(data: Path) -> str:
    """The piece of log with which replaying begins."""
    found = re.search(r"\(file ([0-9A-F]{24})\)", (data / "backup_label").read_text())
    if not found:
        raise manifest.altered(f"{DATA}/backup_label")
    return found[1]


def gap(names: list[str], first: str) -> str:
    """The first piece of log that is missing between `first` and the newest; nothing where all are there. Replaying
    stops at a gap as if the log ended there.
    """
    there = sorted({(int(m[2], 16), int(m[3], 16)) for name in names if (m := SEGMENT.fullmatch(name))})
    there = [each for each in there if each >= (int(first[8:16], 16), int(first[16:], 16))]
    for before, after in zip(there, there[1:], strict=False):
        wanted = (before[0], before[1] + 1) if before[1] < 0xFF else (before[0] + 1, 0)
        if after != wanted:
            return f"{first[:8]}{wanted[0]:08X}{wanted[1]:08X}"
    return ""


# --- putting back ------------------------------------------------------------------------------------------------------


def check(folder: Path, files: Mapping[str, str]) -> None:
    """Every file of a base backup against its digest. Raises Unusable."""
    listed = f"{DATA}/backup_manifest"
    path = folder / listed
    if not path.exists() or manifest.sha256(path) != files.get(listed):
        raise manifest.altered(listed)
    done = subprocess.run(
        [program("pg_verifybackup"), "--quiet", "--exit-on-error", "--no-parse-wal", str(folder / DATA)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        named = re.search(r'file "?([\w./-]+)"?', done.stderr)
        raise manifest.altered(f"{DATA}/{named[1]}" if named else f"Something under {DATA}/")


def put_back(folder: Path, log: Path, target: Path, *, replace: bool) -> Path | None:
    """Copies a base backup to `target`, ready to replay `log`. What was there is kept beside it; returns where."""
    if (target / "postmaster.pid").exists():
        raise Unusable(f"A server runs on {target} (or died there): stop it, or take {target / 'postmaster.pid'} away.")
    kept = None
    if target.exists() and any(target.iterdir()):
        if not replace:
            raise Unusable(
                f"{target} is not empty. Say --replace (what is there is kept beside it), or --to another folder."
            )
        kept = target.with_name(f"{target.name}.before-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
        target.rename(kept)
    elif target.exists():
        target.rmdir()
    target.parent.mkdir(parents=True, exist_ok=True)
    _run(
        ["cp", "-a", "--reflink=auto", str(folder / DATA), str(target)],
        dict(os.environ),
        f"{target} could not be written.",
    )
    staged = target / "sightline-log"  # a copy: the archive itself stays as it is, whatever recovery does
    staged.mkdir()
    first = first_segment(target)
    for piece in sorted(log.glob("*")) if log.is_dir() else ():
        if piece.suffix == ".history" or (SEGMENT.fullmatch(piece.name) and piece.name[8:24] >= first[8:]):
            _run(["cp", "--reflink=auto", str(piece), str(staged)], dict(os.environ), "The log could not be copied.")
    (target / "recovery.signal").touch()
    os.chmod(target, 0o700)
    if owner := owner_of(target):
        _run(["chown", "-R", owner, str(target)], dict(os.environ), f"{target} could not be given to {owner}.")
    return kept


def owner_of(target: Path) -> str:
    """As root, whom a server's files are given to (PostgreSQL runs as nobody else); nothing where we are not root."""
    if os.geteuid() != 0:
        return ""
    names = [pwd.getpwuid(target.parent.stat().st_uid).pw_name, "postgres"]
    for name in names:
        if name != "root" and any(each.pw_name == name for each in pwd.getpwall()):
            return name
    raise Unusable("PostgreSQL does not run as root: run this as the user whose the server is (often `postgres`).")


@contextmanager
def recovered(target: Path) -> Iterator[dict[str, Any]]:
    """The rebuilt server, alone with us: it replays the log to its end and answers on a socket in a private folder, and is
    stopped in order when we are done. Yields where it is (HOST and PORT of Django's settings).
    """
    owner = owner_of(target)
    own = Path(tempfile.mkdtemp(prefix="sightline-restore-"))
    (own / "postgresql.conf").write_text("")
    (own / "pg_hba.conf").write_text("local all all trust\n")  # the folder lets nobody in but its owner
    (own / "pg_ident.conf").write_text("")
    if owner:
        _run(["chown", "-R", owner, str(own)], dict(os.environ), "A private folder could not be given away.")
    port, staged = 1024 + secrets.randbelow(60000), target / "sightline-log"
    settings = {
        "config_file": own / "postgresql.conf",
        "hba_file": own / "pg_hba.conf",
        "ident_file": own / "pg_ident.conf",
        "listen_addresses": "",
        "unix_socket_directories": own,
        "port": port,
        "restore_command": f'cp "{staged}/%f" "%p" 2>/dev/null || cp "{staged}/%f.partial" "%p" 2>/dev/null',
        "recovery_target_timeline": "latest",
        "hot_standby": "off",
        "archive_mode": "off",
        "synchronous_standby_names": "",  # else the first commit would wait for an archive that is not there
        "max_wal_senders": 0,
        "shared_preload_libraries": "",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
    }
    command = [_beside(target, "postgres"), "-D", str(target)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (own / "log").open("wb") as output:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            **_as(owner),
        )
    try:
        _wait(server, own, port)
        yield {"HOST": str(own), "PORT": str(port)}
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=300)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(own, ignore_errors=True)
    shutil.rmtree(staged, ignore_errors=True)


def load_dump(folder: Path, files: Mapping[str, str], settings: Mapping[str, Any]) -> None:
    """Fills an empty database from a dump."""
    if not (folder / DUMP).exists() or manifest.sha256(folder / DUMP) != files.get(DUMP):
        raise manifest.altered(DUMP)
    _run(
        [
            *(program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--jobs=2", "--no-password"),
            *("--dbname", settings["NAME"], str(folder / DUMP)),
        ],
        environment(settings, "sightline_restore"),
        "The database could not be filled.",
    )


def _beside(data: Path, name: str) -> str:
    """The program of the version that wrote the data."""
    fitting = Path(f"/usr/lib/postgresql/{server_version(data)}/bin/{name}")
    return str(fitting) if fitting.exists() else program(name)


def _wait(server: subprocess.Popen[bytes], own: Path, port: int) -> None:
    deadline = time.monotonic() + LONGEST_RECOVERY
    while time.monotonic() < deadline:
        ready = subprocess.run([program("pg_isready"), "-q", "-h", str(own), "-p", str(port)], check=False)
        if ready.returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    said = (own / "log").read_text(errors="replace").strip().splitlines()
    told = next((line for line in reversed(said) if "FATAL" in line or "PANIC" in line), said[-1] if said else "")
    raise Unusable(f"The rebuilt server does not start. It says: {told}")


def _as(owner: str) -> dict[str, Any]:
    if not owner:
        return {}
    entry = pwd.getpwnam(owner)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": os.getgrouplist(owner, entry.pw_gid)}


def _run(command: list[str], environment_: Mapping[str, str], sentence: str) -> None:
    """Runs a program to its end. Raises Unusable with the sentence and the program's own last line (it names no record)."""
    done = subprocess.run(command, env=environment_, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Unusable(f"{sentence} {Path(command[0]).name} says: {said[-1] if said else done.returncode}")
