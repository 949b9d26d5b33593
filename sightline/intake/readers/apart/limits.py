"""What a reading process may use. Set in it before it opens the file, and never raised for it by anybody.

Memory: 256 MB in all for any file of up to 64 MB (what Python and the readers are takes 60 of them), and twice the size
of what a file has beyond that, up to 1.5 GB: a city's set of tables is joined in memory. Processor time: so much since
it last handed something on. It writes no file, starts no process, dumps no core; it has no network where the kernel
allows that to be taken away; and when its parent goes, it goes.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from contextlib import suppress
from pathlib import Path

MB = 1024 * 1024
MEMORY = 200 * MB  # of data; the libraries' own pages come on top
LARGE = 64 * MB
MOST_MEMORY = 1536 * MB
QUIET = 15.0  # seconds in which a file must give something
PER_SECOND = 8 * MB  # at least so much is read in a second: a large file may be quiet for longer
FILES = 64
_PARENT_GONE, _NO_MORE_RIGHTS, _DUMPABLE = 1, 38, 4
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_CREATE_RULES, _ADD_RULE, _RESTRICT = 444, 445, 446  # Landlock's system calls, on every machine the same
_EVERYTHING, _READ_FILE, _READ_FOLDER, _BENEATH = 0x1FFF, 0x4, 0x8, 1


def memory_for(size: int) -> int:
    """Bytes of data for a file (or a folder) of so many bytes."""
    return min(MOST_MEMORY, MEMORY + 2 * max(0, size - LARGE))


def quiet_for(size: int, quiet: float = QUIET) -> float:
    """Seconds that a file of so many bytes may take without giving anything."""
    return quiet + size / PER_SECOND


def hold(memory: int, quiet: float) -> None:
    """Sets the limits of this process."""
    with suppress(OSError, AttributeError):
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_PARENT_GONE, signal.SIGKILL, 0, 0, 0)
        system.prctl(_NO_MORE_RIGHTS, 1, 0, 0, 0)
        system.prctl(_DUMPABLE, 0, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, memory + 512 * MB),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    more_time(quiet)


def more_time(quiet: float) -> None:
    """Processor time from now on. Called whenever something was handed on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + quiet) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def wall_off(*paths: Path) -> bool:
    """From here on this process may read these, and where Python and the readers lie; no other file on the disk, and it
    may write none. Whether the kernel could do so (Landlock, Linux 5.13). Source: kernel documentation, userspace-api."""
    code = Path(__file__).resolve().parents[3]  # the package, not the folder that it lies in: keys may lie beside it
    fixed = ("/usr/lib", "/usr/share/zoneinfo", "/etc/localtime", sys.prefix, sys.base_prefix, code)
    try:
        system = ctypes.CDLL(None, use_errno=True)
        rules = system.syscall(_CREATE_RULES, struct.pack("=Q", _EVERYTHING), 8, 0)
        if rules < 0:
            return False
        for path in (*(Path(each) for each in fixed), *paths):
            with suppress(OSError):
                handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
                may = _READ_FILE | (_READ_FOLDER if path.is_dir() else 0)
                system.syscall(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", may, handle), 0)
                os.close(handle)
        held = system.syscall(_RESTRICT, rules, 0) == 0
        os.close(rules)
        return held
    except (OSError, AttributeError):
        return False


def without_network() -> None:
    """Leaves the network behind, where the kernel lets an ordinary process do so."""
    with suppress(OSError, AttributeError):
        system = ctypes.CDLL(None, use_errno=True)
        if system.unshare(_NEW_NETWORK) != 0 and os.geteuid() != 0:
            system.unshare(_NEW_USER | _NEW_NETWORK)
