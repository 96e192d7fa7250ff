"""Runs a program with the restrictions of a unit, as far as they need no systemd: a root that is read-only and from
which nothing is executed, a user without any rights, calls and address families by filter, no memory that is written and
executed.

usage: restricted.py UNIT PROGRAM FOLDER ARGUMENT...    FOLDER is the program's own: it may be written, not executed
"""

import ctypes
import errno
import os
import socket
import subprocess
import sys

import seccomp

MS_RDONLY, MS_NOSUID, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 8, 32, 4096, 16384, 1 << 18
CLONE_NEWNS, PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, NOBODY = 0x20000, 38, 65, 65534

unit, program, folder, *arguments = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)


def said(key):
    with open(unit, encoding="utf-8") as lines:
        return [line.strip().split("=", 1)[1] for line in lines if line.startswith(key + "=")]


def check(result, what):
    if result != 0:
        sys.exit(f"restricted.py: {what}: {os.strerror(ctypes.get_errno())}")


def mount(path, flags):
    at = os.fsencode(path)
    if flags & MS_BIND:
        check(libc.mount(at, at, None, MS_BIND | MS_REC, None), f"bind {path}")
        flags |= MS_REMOUNT
    check(libc.mount(None, at, None, flags, None), f"mount {path}")


def calls(names):
    """The calls behind names and groups (@name), by systemd's own tables."""
    found = set()
    for name in names:
        if not name.startswith("@"):
            found.add(name)
            continue
        lines = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
        inside = [line.strip() for line in lines.stdout.splitlines()[1:]]
        found |= calls(line for line in inside if line and not line.startswith("#"))
    return found


allowed = calls(["@default"])
for line in said("SystemCallFilter"):
    names = line.lstrip("~").split()
    allowed = allowed - calls(names) if line.startswith("~") else allowed | calls(names)
families = {getattr(socket, name) for name in said("RestrictAddressFamilies")[0].split()}
assert said("NoExecPaths") == ["/"] and said("ProtectSystem") == ["strict"] and said("MemoryDenyWriteExecute") == ["yes"]

for inside, folders, files in os.walk(folder):
    for path in [inside, *(os.path.join(inside, name) for name in folders + files)]:
        os.chown(path, NOBODY, NOBODY)

check(libc.unshare(CLONE_NEWNS), "unshare")
check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "private")
mount(folder, MS_BIND | MS_NOSUID | MS_NOEXEC)
for path in said("ExecPaths")[0].replace("/usr/bin/ticketd", program).split():
    path = path.lstrip("-")
    if os.path.exists(path):
        mount(os.path.realpath(path), MS_BIND | MS_RDONLY | MS_NOSUID)
check(libc.mount(None, b"/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC, None), "root")

os.chdir(folder)
os.umask(0o077)
os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)
check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")

other = seccomp.SyscallFilter(seccomp.ALLOW)
for family in set(range(64)) - families:
    other.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", seccomp.Arg(0, seccomp.EQ, family))
other.load()
only = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
for name in sorted(allowed):
    try:
        only.add_rule(seccomp.ALLOW, name)
    except RuntimeError:
        pass  # Not known to this version, or no call of this machine.
only.load()
# Last: Python's own way to call C wants such memory. A kernel before 6.3 does not know it: the filter remains.
libc.prctl(PR_SET_MDWE, 1, 0, 0, 0)
try:
    os.execv(program, [program, *arguments])
except OSError as error:
    sys.exit(f"restricted.py: {error}")
