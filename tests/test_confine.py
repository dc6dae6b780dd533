"""The kernel's walls hold native code too, with no audit hook in front; honest code works behind them."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_torchkata import confine
from pytest_torchkata.kata import Kata, Limits

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls are Linux's"),
    pytest.mark.skipif(confine.landlock_version() < 1, reason="this kernel has no Landlock"),
]
needs_seccomp = pytest.mark.skipif(not confine._has_libseccomp(), reason="libseccomp is not installed")
needs_scopes = pytest.mark.skipif(confine.landlock_version() < 6, reason="Landlock knows no signals before 6")
ROOT = Path(__file__).parents[1]

# It puts up the walls around itself, tries what it is told, and says how each attempt ended: "ok", the
# name of the errno, or the exception.
PROGRAM = """
import ctypes, errno, json, os, platform, resource, signal, socket, subprocess, sys, threading
from pathlib import Path

from pytest_torchkata import confine
from pytest_torchkata.kata import Limits

asked = json.load(sys.stdin)
for code in asked["before"]:
    exec(code)
at = {name: place.encode() for name, place in asked["places"].items()}
work = Path(asked["work"])
room = confine.Room(work, tuple(map(Path, asked["readable"])), tuple(map(Path, asked["writable"])))
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
victim = asked["victim"]


def call(name, *arguments):
    "Call a function of libc, or the system by a number, without Python's own checks."
    function = getattr(libc, name) if isinstance(name, str) else lambda *rest: libc.syscall(name, *rest)
    function.argtypes = None
    result = function(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if result in (-1, 2**64 - 1):
        raise OSError(ctypes.get_errno(), "")
    return result


def read(place):
    fd = call("open", place, os.O_RDONLY)
    assert os.read(fd, 10) or Path(os.fsdecode(place)).stat().st_size == 0


def write(place, flags=os.O_WRONLY):
    os.write(call("open", place, flags, 0o644), b"x")


def child(then):
    "Do something in a child process, and fail with its errno."
    pid = os.fork()
    if pid == 0:
        try:
            then()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise OSError(code, "") if code > 0 else ChildProcessError(f"signal {-code}")


def in_thread(then):
    raised = []

    def run():
        try:
            then()
        except OSError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def capabilities(status):
    return [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("CapEff", "CapPrm"))]


def attempt(code):
    try:
        exec(code, dict(globals()))
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


os.chdir(work)
os.environ["TMPDIR"] = str(work)
confine.confine(room, Limits(**asked["limits"]))
told = {name: attempt(code) for name, code in asked["attempts"].items()}
print("\\n" + json.dumps(told))
"""
DENIED = ("EACCES", "EPERM", "EXDEV")


class Clone:
    """A project with a kata and its history, and what else is on a machine: another clone, a home."""

    def __init__(self, path):
        self.path = path
        self.places = {
            "stub": path / "project/katas/toy/double.py",
            "solution": path / "project/solutions/toy/double/reference.py",
            "bytecode": path / "project/solutions/toy/double/__pycache__/reference.cpython-311.pyc",
            "git": path / "project/.git/objects/pack/pack-1.pack",
            "record": path / "project/.torchkata/progress.sqlite3",
            "built": path / "project/build/lib/solutions/toy/double/reference.py",
            "clone": path / "other/solutions/toy/double/reference.py",
            "private": path / "home/.ssh/id",
        }
        for place in self.places.values():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(place.name)
        self.work = path / "scratch/work"
        self.work.mkdir(parents=True)
        (self.work / "own").write_text("own")
        (self.work / "out").symlink_to(self.places["stub"])
        (self.work / "to").symlink_to(self.places["stub"].parent, target_is_directory=True)
        self.places |= {"outside": path / "home/new", "home": path / "home", "folder": path / "project"}

    @property
    def kata(self):
        return Kata("toy/double", self.places["stub"], self.places["solution"].parent)

    def attempt(self, attempts, *, is_answer=True, before=(), **limits):
        """Make the attempts in one walled process; return how each ended."""
        room = confine.room_for(self.kata, self.work, is_answer=is_answer)
        victim = subprocess.Popen(["sleep", "600"])  # of the same user, and no descendant of the walled one
        try:
            return self._told(attempts, room, before, victim.pid, limits)
        finally:
            state = Path(f"/proc/{victim.pid}/stat").read_text().rpartition(")")[2].split()[0]
            victim.kill()
            victim.wait()
            assert state == "S"

    def _told(self, attempts, room, before, victim, limits):
        asked = {
            "attempts": attempts, "places": {name: str(place) for name, place in self.places.items()},
            "work": str(room.work), "readable": list(map(str, room.readable)), "before": before,
            "writable": list(map(str, room.writable)), "limits": limits, "victim": victim,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], input=json.dumps(asked), capture_output=True, text=True,
            cwd=ROOT, timeout=120,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def clone(short_path):
    return Clone(short_path)


def unexpected(told, expected):
    """Return what ended otherwise than expected: a name of an errno, several, or "ok"."""
    expected = (expected,) if isinstance(expected, str) else expected
    return {name: end for name, end in told.items() if end not in expected}


# Files --------------------------------------------------------------------------------------------

HIDDEN = {
    "a solution": "read(at['solution'])",
    "a solution, by a system call": "call(257, -100, at['solution'], 0)",
    "its bytecode": "read(at['bytecode'])",
    "its folder": "os.listdir(os.path.dirname(at['solution']))",
    "by a descriptor of the root": "os.open(at['solution'].lstrip(b'/'), 0, dir_fd=os.open('/', os.O_PATH))",
    "by way of /proc/self/root": "read(b'/proc/self/root' + at['solution'])",
    "by way of dots": "read(b'../../project/solutions/toy/double/reference.py')",
    "by a program": "assert subprocess.run(['cat', at['solution']]).returncode == 0, 'EACCES'",
    "by a mapping": "call('mmap', 0, 10, 1, 2, call('open', at['solution'], 0), 0)",
    "the project": "os.listdir(at['folder'])",
    "a pack of git": "read(at['git'])",
    "the record": "read(at['record'])",
    "a build": "read(at['built'])",
    "another clone": "read(at['clone'])",
    "a key": "read(at['private'])",
    "the home": "os.listdir(os.path.expanduser('~'))",
    "passwords": "read(b'/etc/shadow')",
    "the root": "os.listdir('/')",
    "the temporary files": "os.listdir('/tmp')",
    "a device": "read(b'/dev/mem')",
    "messages of the kernel": "call('open', b'/dev/kmsg', 0)",
}


def test_what_could_hold_a_solution_cannot_be_read(clone):
    told = clone.attempt(HIDDEN)
    assert told.pop("by a program") == "AssertionError: EACCES"
    if not Path("/dev/mem").exists():
        assert told.pop("a device") == "ENOENT"
    assert unexpected(told, DENIED) == {}


def test_what_we_wrote_ourselves_may_read_the_solutions_and_no_more(clone):
    told = clone.attempt(HIDDEN, is_answer=False)
    open_ = {name for name in HIDDEN if told[name] == "ok"}
    solution = {"a solution", "a solution, by a system call", "its bytecode", "its folder", "by a mapping"}
    by_ways = {"by a descriptor of the root", "by way of /proc/self/root", "by way of dots", "by a program"}
    assert open_ == solution | by_ways


READABLE = {
    "the answer": "read(at['stub'])",
    "its neighbours": "os.listdir(os.path.dirname(at['stub']))",
    "Python": "read(os.__file__.encode())",
    "a package": "import numpy; read(numpy.__file__.encode())",
    "a library": "ctypes.CDLL('libm.so.6')",
    "our own package": "read(confine.__file__.encode())",
    "a program": "subprocess.run([sys.executable, '-c', 'import json, numpy'], check=True)",
    "a shell": "subprocess.run('true', shell=True, check=True)",
    "the processor": "read(b'/proc/cpuinfo')",
    "memory": "read(b'/proc/self/statm')",
    "the system's files": "os.listdir('/sys/devices/system/cpu')",
    "randomness": "read(b'/dev/urandom')",
    "nothing": "write(b'/dev/null')",
    "the time zone": "import time; time.tzset()",
}


def test_what_python_needs_can_be_read(clone):
    assert unexpected(clone.attempt(READABLE), "ok") == {}


CHANGING = {
    "writing": "write(at['stub'])",
    "appending": "write(at['stub'], os.O_WRONLY | os.O_APPEND)",
    "truncating while opening": "call('open', at['stub'], os.O_WRONLY | os.O_TRUNC)",
    "truncating": "call('truncate', at['stub'], 0)",
    "truncating by a reader's descriptor": "call('ftruncate', call('open', at['stub'], os.O_RDONLY), 0)",
    "creating": "write(at['outside'], os.O_WRONLY | os.O_CREAT)",
    "a file without a name": "write(at['home'], os.O_RDWR | os.O_TMPFILE)",
    "renaming": "call('rename', at['stub'], at['outside'])",
    "renaming inwards": "call('rename', at['stub'], b'stolen')",
    "renaming outwards": "call('rename', b'own', at['outside'])",
    "renaming over": "call('rename', b'own', at['stub'])",
    "exchanging": "call('renameat2', -100, b'own', -100, at['stub'], 2)",
    "linking inwards": "call('link', at['stub'], b'linked')",
    "linking outwards": "call('link', b'own', at['outside'])",
    "a symbolic link": "call('symlink', b'own', at['outside'])",
    "through a link": "write(b'out')",
    "through a linked folder": "write(b'to/new.py', os.O_WRONLY | os.O_CREAT)",
    "unlinking": "call('unlink', at['stub'])",
    "removing a folder": "call('rmdir', os.path.dirname(at['stub']))",
    "a folder": "call('mkdir', at['outside'], 0o755)",
    "a fifo": "call('mkfifo', at['outside'], 0o644)",
    "a socket": "socket.socket(socket.AF_UNIX).bind(at['outside'])",
    "a device": "call('mknod', b'disk', 0o60600, 0x800)",
    "an attribute": "call('setxattr', at['stub'], b'user.a', b'1', 1, 0)",
    "a package": "write(confine.__file__.encode())",
    "a library": "write(os.__file__.encode(), os.O_WRONLY | os.O_APPEND)",
    "a setting of the system": "write(b'/proc/sys/vm/swappiness')",
    "who dies for lack of memory": "write(f'/proc/{victim}/oom_score_adj'.encode())",
    "a control group": "call('mkdir', b'/sys/fs/cgroup/torchkata', 0o755)",
    "in a child": "child(lambda: write(at['stub']))",
    "in a thread": "in_thread(lambda: write(at['stub']))",
    "in a program": "assert subprocess.run(['rm', '-f', at['stub']]).returncode == 0, 'EACCES'",
}


def test_nothing_outside_the_directory_can_be_changed(clone):
    before = contents(clone.path)
    told = clone.attempt(CHANGING)
    assert contents(clone.path) == before
    assert told.pop("in a program") == "AssertionError: EACCES"
    assert told.pop("truncating by a reader's descriptor") in (*DENIED, "EINVAL")
    assert unexpected(told, DENIED) == {}


def contents(path):
    return {
        str(each): (each.lstat().st_mode, each.read_bytes() if each.is_file() else b"")
        for each in sorted(path.rglob("*"))
        if "/work/" not in str(each)
    }


WITHIN = {
    "writing": "write(b'own')",
    "creating": "write(b'new', os.O_WRONLY | os.O_CREAT)",
    "a folder": "call('mkdir', b'folder', 0o755)",
    "renaming": "call('rename', b'new', b'folder/new')",
    "linking": "call('link', b'own', b'folder/linked')",
    "a symbolic link": "call('symlink', b'own', b'symbolic')",
    "a fifo": "call('mkfifo', b'fifo', 0o644)",
    "truncating": "call('truncate', b'own', 0)",
    "unlinking": "call('unlink', b'folder/new')",
    "removing": "call('unlink', b'folder/linked'); call('rmdir', b'folder')",
    "a socket": "socket.socket(socket.AF_UNIX).bind('socket')",
    "copying": "import shutil; shutil.copy('own', 'copy'); shutil.copy2('own', 'copy2')",
    "copying a stub": "import shutil; shutil.copytree(os.path.dirname(at['stub']), b'stubs')",
    "a temporary file": "import tempfile; tempfile.NamedTemporaryFile().write(b'x')",
    "a temporary folder": "import tempfile; tempfile.TemporaryDirectory().cleanup()",
    "a database": "import sqlite3; sqlite3.connect('db').execute('create table t (x)')",
    "shared memory": "from multiprocessing.shared_memory import SharedMemory as S\n"
    "shared = S(create=True, size=9)\nshared.close()\nshared.unlink()",
    "a semaphore": "import multiprocessing; multiprocessing.Semaphore()",
}


def test_inside_of_it_everything_can(clone):
    assert unexpected(clone.attempt(WITHIN), "ok") == {}


@needs_seccomp
def test_modes_and_owners_stay_as_they_are_and_nobody_complains(clone):
    stub = clone.places["stub"]
    before = stub.stat()
    told = clone.attempt(
        {
            "chmod": "os.chmod(at['stub'], 0)",
            "fchmod": "os.fchmod(os.open(at['stub'], 0), 0)",
            "fchmodat": "call('fchmodat', -100, at['stub'], 0, 0)",
            "chown": "os.chown(at['stub'], 1, 1)",
            "lchown": "os.lchown(at['stub'], 1, 1)",
            "in its own directory": "os.chmod('own', 0o600); os.chown('own', os.getuid(), os.getgid())",
            "in a program": "subprocess.run(['chmod', '0', at['stub']], check=True)",
        }
    )
    assert unexpected(told, "ok") == {}
    after = stub.stat()
    assert (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)


# Honest work --------------------------------------------------------------------------------------

TORCH = """
import torch
class Data(torch.utils.data.Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, index):
        return torch.full((3,), index)
"""
HONEST = {
    "bfloat16": "assert torch.ones(64, 64).bfloat16().matmul(torch.ones(64, 64).bfloat16()).sum() == 64**3",
    "a loader with workers": "assert len(list(torch.utils.data.DataLoader(Data(), 4, num_workers=2))) == 2",
    "torch.save": "torch.save({'x': torch.ones(3)}, 'x.pt'); torch.load('x.pt')",
    "threads of torch": "torch.set_num_threads(2); torch.ones(300, 300) @ torch.ones(300, 300)",
    "a child with a queue": "import multiprocessing as m; q = m.SimpleQueue(); q.put(1); q.get()",
    "a number of cores": "assert len(os.sched_getaffinity(0)) and os.cpu_count()",
}


def test_torch_works_behind_the_walls(clone):
    assert unexpected(clone.attempt(HONEST, before=[TORCH]), "ok") == {}


# Other processes, the network, the system ---------------------------------------------------------

SOCKETS = {
    "IPv4": "call('socket', socket.AF_INET, socket.SOCK_STREAM, 0)",
    "IPv4 datagrams": "call('socket', socket.AF_INET, socket.SOCK_DGRAM, 0)",
    "IPv6": "call('socket', socket.AF_INET6, socket.SOCK_STREAM, 0)",
    "netlink": "call('socket', socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "packets": "call('socket', socket.AF_PACKET, socket.SOCK_RAW, 0)",
    "the kernel's ciphers": "call('socket', socket.AF_ALG, socket.SOCK_SEQPACKET, 0)",
    "virtual machines": "call('socket', socket.AF_VSOCK, socket.SOCK_STREAM, 0)",
    "with more bits": "call('socket', socket.AF_INET | 1 << 32, socket.SOCK_STREAM, 0)",
    "in a child": "child(lambda: call('socket', socket.AF_INET, socket.SOCK_STREAM, 0))",
}


@needs_seccomp
def test_there_is_no_network(clone):
    assert unexpected(clone.attempt(SOCKETS), DENIED) == {}


def test_processes_of_an_answer_can_speak_to_each_other(clone):
    speaking = {
        "a pair": "one, two = socket.socketpair(); one.send(b'x'); assert two.recv(1) == b'x'",
        "by a path": "server, client = (socket.socket(socket.AF_UNIX) for _ in range(2))\n"
        "server.bind('speak'); server.listen(); client.connect('speak')",
    }
    assert unexpected(clone.attempt(speaking), "ok") == {}


SIGNALS = {
    "SIGKILL": "call('kill', victim, signal.SIGKILL)",
    "SIGSTOP": "call('kill', victim, signal.SIGSTOP)",
    "to the parent": "call('kill', os.getppid(), signal.SIGSTOP)",
    "nothing": "call('kill', victim, 0)",
    "to a thread": "call(234, victim, victim, signal.SIGKILL)",
    "in a queue": "call('sigqueue', victim, signal.SIGKILL, 0)",
    "to a descriptor": "call(424, call(434, victim, 0), signal.SIGKILL, 0, 0)",
    "in a child": "child(lambda: call('kill', victim, signal.SIGKILL))",
}
# The system sends this one, on behalf of whoever asked for it.
BY_A_PIPE = """
import fcntl
outlet, inlet = os.pipe()
fcntl.fcntl(outlet, fcntl.F_SETOWN, victim)
fcntl.fcntl(outlet, 10, signal.SIGSTOP)
fcntl.fcntl(outlet, fcntl.F_SETFL, os.O_ASYNC)
os.write(inlet, b"x")
"""


@needs_scopes
def test_no_other_process_gets_a_signal(clone):
    told = clone.attempt({**SIGNALS, "from a pipe": BY_A_PIPE})
    assert told.pop("from a pipe") in (*DENIED, "ok")  # it is never sent
    assert unexpected(told, DENIED) == {}


def test_its_own_children_do(clone):
    own = """
child = subprocess.Popen(["sleep", "600"])
for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):
    child.send_signal(number)
assert child.wait() == -signal.SIGKILL
os.kill(os.getpid(), 0)
"""
    assert clone.attempt({"own": own}) == {"own": "ok"}


OTHERS = {
    "ptrace": "call('ptrace', 16, victim, 0, 0)",
    "reading memory": "call('process_vm_readv', victim, 0, 0, 0, 0, 0)",
    "writing memory": "call('process_vm_writev', victim, 0, 0, 0, 0, 0)",
    "a descriptor": "call(438, call(434, victim, 0), 0, 0)",
    "memory": "read(f'/proc/{victim}/mem'.encode())",
    "the environment": "read(f'/proc/{victim}/environ'.encode())",
    "the map": "read(f'/proc/{victim}/maps'.encode())",
    "a file": "os.readlink(f'/proc/{victim}/fd/0')",
    "the root": "os.listdir(f'/proc/{victim}/root/')",
    "the directory": "os.listdir(f'/proc/{victim}/cwd/')",
    "limits": "resource.prlimit(victim, resource.RLIMIT_NOFILE, (9, 9))",
    "priority": "os.setpriority(os.PRIO_PROCESS, victim, 19)",
    "priority of all": "os.setpriority(os.PRIO_USER, 0, 19)",
    "cores": "os.sched_setaffinity(victim, {0})",
    "scheduling": "os.sched_setscheduler(victim, os.SCHED_IDLE, os.sched_param(0))",
    "input and output": "call(251, 1, victim, 3 << 13)",
    "shared memory": "call('shmget', 0x746B68, 4096, 0o1600)",
    "semaphores": "call('semget', 0x746B68, 1, 0o1600)",
    "messages": "call('msgget', 0x746B68, 0o1600)",
    "a queue": "call('mq_open', b'/torchkata', os.O_CREAT | os.O_RDWR, 0o600, 0)",
}


@needs_seccomp
def test_other_processes_cannot_be_looked_into_nor_changed(clone):
    assert unexpected(clone.attempt(OTHERS), DENIED) == {}


SYSTEM = {
    "mount": "call('mount', b'none', bytes(work), b'tmpfs', 0, 0)",
    "unmount": "call('umount2', b'/proc', 2)",
    "unshare": "call('unshare', 0x10000000)",
    "a clone": "call(56, 0x10000000 | 17, 0, 0, 0, 0)",
    "setns": "call('setns', os.open('/proc/self/ns/net', 0), 0)",
    "chroot": "call('chroot', bytes(work))",
    "the clock": "import time; time.clock_settime(time.CLOCK_REALTIME, time.time())",
    "the name": "call('sethostname', b'mine', 4)",
    "io_uring": "call(425, 8, bytes(120))",
    "bpf": "call(321, 0, bytes(128), 128)",
    "events": "call(298, bytes(128), 0, -1, -1, 0)",
    "faults": "call(323, 1)",
    "keys": "call(250, 0, -3, 1)",
    "a handle": "call(304, 0, bytes(64), 0)",
    "a module": "call('init_module', bytes(8), 8, b'')",
    "restarting": "call('reboot', 0)",
    "another user": "call('setuid', 1)",
    "an open tree": "call(428, -100, b'.', 1)",
}


@needs_seccomp
def test_the_system_stays_as_it_is(clone):
    assert unexpected(clone.attempt(SYSTEM), DENIED) == {}


@needs_seccomp
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="another way into the kernel is x86's")
def test_there_is_no_other_way_into_the_kernel(clone):
    # mov eax, 20 (getpid of i386); int 0x80; ret
    old = """
page = call('mmap', 0, 4096, 7, 0x22, -1, 0)
ctypes.memmove(page, bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]), 8)
child(ctypes.CFUNCTYPE(ctypes.c_int)(page))
"""
    x32 = "child(lambda: call(39 | 0x40000000))"
    told = clone.attempt({"i386": old, "x32": x32})
    assert all("signal" in end or end == "ENOSYS" for end in told.values()), told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to lose")
def test_of_roots_rights_only_those_over_files_are_left(clone):
    kept = confine._KEPT_CAPABILITIES
    told = clone.attempt(
        {
            "here": f"assert capabilities(Path('/proc/self/status').read_text()) == [{kept}] * 2",
            "in a program": "told = subprocess.check_output(['cat', '/proc/self/status'], text=True)\n"
            f"assert all(each & ~{kept} == 0 for each in capabilities(told)), told",
        }
    )
    assert unexpected(told, "ok") == {}


# Limits -------------------------------------------------------------------------------------------

TAKING = {
    "memory": "call('mmap', 0, 1 << 29, 3, 0x22, -1, 0)",
    "memory in a child": "child(lambda: call('mmap', 0, 1 << 29, 3, 0x22, -1, 0))",
    "a file": "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); os.truncate('own', 1 << 21)",
    "many files": "for _ in range(70): os.dup(0)",
}
RAISING = {
    name: f"resource.setrlimit(resource.RLIMIT_{name}, (resource.RLIM_INFINITY,) * 2)"
    for name in ("AS", "FSIZE", "NOFILE", "CORE", "NPROC")
}


def test_what_one_process_takes_is_bounded(clone):
    told = clone.attempt(TAKING, memory=1 << 28, disk=1 << 20, files=64)
    expected = {"memory": "ENOMEM", "memory in a child": "ENOMEM", "a file": "EFBIG", "many files": "EMFILE"}
    assert told == expected
    told = clone.attempt({**TAKING, "a core": "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)"})
    assert unexpected(told, "ok") == {}


def test_no_bound_is_lifted_by_who_is_bound(clone):
    told = clone.attempt(RAISING, memory=1 << 28, disk=1 << 20, files=64)
    assert unexpected(told, ("EPERM", "ValueError: not allowed to raise maximum limit")) == {}


def test_without_limits_there_is_no_bound(clone):
    none = {field.name: None for field in dataclasses.fields(Limits) if field.name != "output"}
    names = ("AS", "FSIZE")
    same = {name: f"assert resource.getrlimit(resource.RLIMIT_{name})[0] == {soft(name)}" for name in names}
    assert unexpected(clone.attempt(same, **none), "ok") == {}


def soft(name):
    import resource

    return resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0]


# The room -----------------------------------------------------------------------------------------


class Machine:
    """Where Python, its packages and a catalogue are, as ``room_for`` sees them."""

    def __init__(self, path, monkeypatch):
        self.path = path
        self._patch = monkeypatch
        self.set(prefix=self.folder("prefix"), path=[self.folder("prefix/lib/python3/site-packages")])
        monkeypatch.setattr(confine, "_SYSTEM", (str(self.folder("usr")),))
        monkeypatch.setattr(confine, "_coverage", lambda *projects: [])
        monkeypatch.setattr(
            confine, "_PACKAGE", self.folder("prefix/lib/python3/site-packages/pytest_torchkata")
        )

    def set(self, prefix, path):
        for name in ("prefix", "base_prefix", "exec_prefix"):
            self._patch.setattr(sys, name, str(prefix))
        self._patch.setattr(sys, "path", [str(each) for each in path])

    def folder(self, name):
        (self.path / name).mkdir(parents=True, exist_ok=True)
        return self.path / name

    def file(self, name):
        path = self.folder(str(Path(name).parent)) / Path(name).name
        path.touch()
        return path

    def room(self, katas, solutions, is_answer=True):
        stub, solution = self.file(f"{katas}/toy/double.py"), self.folder(f"{solutions}/toy/double")
        self.file(f"{solutions}/toy/double/reference.py")
        kata = Kata("toy/double", stub, solution)
        room = confine.room_for(kata, self.folder("work"), is_answer=is_answer)
        return lambda name: any(self.file(name).is_relative_to(place) for place in room.readable)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    return Machine(tmp_path.resolve(), monkeypatch)


def readable(can_read, *names):
    return [name for name in names if can_read(name)]


def test_the_room_of_a_project(machine):
    machine.file("project/conftest.py")
    machine.set(machine.path / "prefix", [machine.path / "project", machine.path / "prefix/lib"])
    can_read = machine.room("project/katas", "project/solutions")
    open_ = [
        "project/katas/toy/double.py",
        "project/katas/other/one.py",
        "project/conftest.py",
        "usr/x.so",
    ]
    shut = [
        "project/solutions/toy/double/reference.py", "project/.git/objects/1", "project/tests/test_x.py",
        "project/.torchkata/progress.sqlite3", "elsewhere/x.py",
    ]  # fmt: skip
    assert readable(can_read, *open_, *shut) == open_
    ours = machine.room("project/katas", "project/solutions", is_answer=False)
    assert readable(ours, *open_, *shut) == [*open_, shut[0]]


@pytest.mark.parametrize("prefix", ["project/.venv", "project"])
def test_the_room_of_a_project_with_its_own_python(machine, prefix):
    site = machine.folder(f"{prefix}/lib/python3/site-packages")
    machine.set(machine.path / prefix, [machine.path / "project", site])
    can_read = machine.room("project/katas", "project/solutions")
    assert readable(
        can_read, f"{prefix}/lib/python3/site-packages/numpy/x.py", "project/.git/x",
        "project/solutions/toy/double/reference.py",
    ) == [f"{prefix}/lib/python3/site-packages/numpy/x.py"]  # fmt: skip


def test_the_room_of_a_project_under_the_prefix(machine):
    machine.file("prefix/lib/libpython.so")
    can_read = machine.room("prefix/src/project/katas", "prefix/src/project/solutions")
    open_ = ["prefix/lib/libpython.so", "prefix/src/project/katas/toy/double.py"]
    shut = ["prefix/src/project/.git/x", "prefix/src/project/solutions/toy/double/checks.py"]
    assert readable(can_read, *open_, *shut) == open_


def test_the_room_of_a_catalogue_among_pythons_packages(machine):
    site = "prefix/lib/python3/site-packages"
    open_ = [f"{site}/numpy/x.py", f"{site}/pytest_torchkata/child.py", f"{site}/single.py"]
    for name in open_:
        machine.file(name)
    within = f"{site}/pytest_torchkata/catalogue"
    can_read = machine.room(f"{within}/katas", f"{within}/solutions")
    shut = [f"{within}/solutions/toy/double/reference.py", f"{within}/index.txt"]
    assert readable(can_read, *open_, *shut) == open_


def test_the_room_of_a_catalogue_whose_stubs_are_elsewhere(machine):
    site = "prefix/lib/python3/site-packages"
    machine.file(f"{site}/pytest_torchkata/child.py")
    machine.file(f"{site}/numpy/x.py")
    can_read = machine.room("mine/katas", f"{site}/pytest_torchkata/catalogue/solutions")
    open_ = ["mine/katas/toy/double.py", f"{site}/pytest_torchkata/child.py", f"{site}/numpy/x.py"]
    shut = [f"{site}/pytest_torchkata/catalogue/solutions/toy/double/reference.py", "mine/.git/x"]
    assert readable(can_read, *open_, *shut) == open_


def test_the_room_where_a_parent_of_the_project_is_on_the_path(machine):
    machine.file("home/helper.py")
    machine.set(machine.path / "prefix", [machine.path / "home", machine.path / "prefix/lib"])
    can_read = machine.room("home/project/katas", "home/project/solutions")
    shut = ["home/project/solutions/toy/double/reference.py", "home/project/.git/x", "home/other/x.py"]
    assert readable(can_read, "home/helper.py", *shut) == ["home/helper.py"]


def test_the_room_where_this_package_is_another_clone(machine, monkeypatch):
    monkeypatch.setattr(confine, "_PACKAGE", machine.folder("clone/pytest_torchkata"))
    own = machine.path / "clone/katas", machine.path / "clone/solutions"
    monkeypatch.setattr(confine, "installed", lambda: own)
    machine.file("clone/conftest.py")
    machine.file("clone/solutions/toy/double/reference.py")
    machine.set(machine.path / "prefix", [machine.path / "clone", machine.path / "prefix/lib"])
    can_read = machine.room("project/katas", "project/solutions")
    open_ = ["clone/pytest_torchkata/child.py", "clone/conftest.py"]
    shut = ["clone/solutions/toy/double/reference.py", "clone/.git/x", "clone/tests/x.py"]
    assert readable(can_read, *open_, *shut) == open_


def test_the_room_leads_nowhere_by_a_link(clone):
    link = clone.path / "linked"
    link.symlink_to(clone.path / "project", target_is_directory=True)
    with contextlib.ExitStack() as stack:
        sys.path.insert(0, str(link))
        stack.callback(sys.path.remove, str(link))
        told = clone.attempt({name: HIDDEN[name] for name in ("a solution", "a pack of git", "a build")})
    assert unexpected(told, DENIED) == {}


def test_the_walls_can_be_named():
    assert confine.level().startswith(f"Landlock {confine.landlock_version()} + ")
    assert confine.level().endswith("audit hook")
