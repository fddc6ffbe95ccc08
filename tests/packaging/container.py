"""A Debian 12 of its own that a test installs packages in, with its own systemd as process 1.

Nothing of the machine is used but its kernel, and nothing of it is changed: files are an overlay, processes, mounts and
network are in namespaces of their own, which end with the test.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import REPOSITORY, wait_until

HERE = Path(__file__).resolve().parent
CACHE = REPOSITORY / "build" / "packaging" / "roots"
SUITE = "bookworm"


def can_contain():
    """Why there can be no container here; None if there can."""
    if os.geteuid() != 0:
        return "needs root"
    for program in ("debootstrap", "unshare", "nsenter"):
        if not shutil.which(program):
            return f"needs {program}: scripts/install-deps.sh test"
    if not _cgroup_folder():
        return "needs a mounted cgroup2"
    probe = subprocess.run(
        ["unshare", "-m", "-p", "-f", "-u", "-i", "-n", "-C", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if probe.returncode == 0 else f"needs namespaces: {probe.stderr.strip()}"


def _cgroup_folder():
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, options = line.split()[:4]
        if kind == "cgroup2" and "rw" in options.split(","):
            return Path(folder)
    return None


def mirror():
    """Where this machine's apt gets Debian from."""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in answer.stdout.splitlines():
        uri, _, release = line.partition(" ")
        if "/debian-security" not in uri and "debian" in uri and release in (SUITE, "oldstable", "stable"):
            return uri.rstrip("/")
    return "http://deb.debian.org/debian"


def dependencies(package):
    """The names in a package's Depends."""
    field = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True).stdout
    return [re.split(r"[ (|:]", name.strip())[0] for name in field.strip().split(",")]


def base_root(packages):
    """A root with a minimal Debian, systemd and these packages; made once, since it takes a minute or two."""
    name = hashlib.sha256(" ".join([SUITE, *sorted(packages)]).encode()).hexdigest()[:12]
    return _made_once(name, lambda root: _install(root, packages))


def _minimal_root():
    command = ["debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv", SUITE]
    return _made_once("minimal", lambda root: _must(*command, root, mirror()))


def _made_once(name, make):
    root = CACHE / name
    if not root.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=CACHE))
        making.chmod(0o755)
        try:
            make(making)
            making.rename(root)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return root


def _install(root, packages):
    """By apt, which knows who else provides what a package depends on. No service starts: nothing runs in there."""
    _must("cp", "-a", "--reflink=auto", f"{_minimal_root()}/.", root)
    apt = ["chroot", root, "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    _must(*apt, "update")
    _must(*apt, "install", "-y", "--no-install-recommends", *packages)
    _must(*apt, "clean")
    shutil.rmtree(root / "var/lib/apt/lists")


def _must(*command):
    done = subprocess.run(
        list(map(str, command)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout[-2000:]}")


class Container:
    """A running one. `run` runs a command in it; files are below `root` as seen from inside."""

    def __init__(self, base):
        # Not below /tmp, which may itself be something that no overlay can lie on.
        CACHE.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="running-", dir=CACHE))
        self._cgroup = _cgroup_folder() / f"glusterfs-exporter-test-{os.getpid()}"
        self._cgroup.mkdir()
        self._log = open(self._folder / "boot.log", "w+b")
        self._unshare = subprocess.Popen(
            ["unshare", "-m", "-p", "-f", "-u", "-i", "-n", "-C", "--kill-child", HERE / "boot", base, self._folder],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            preexec_fn=lambda: (self._cgroup / "cgroup.procs").write_text("0"),
        )
        try:
            self.init = wait_until(self._find_init, "systemd starts")
            wait_until(self._is_booted, "systemd is running", limit=60)
        except AssertionError as error:
            log = (self._folder / "boot.log").read_text(errors="replace")[-2000:]
            self.close()
            raise AssertionError(f"{error}\n{log}") from None

    def _find_init(self):
        if self._unshare.poll() is not None:
            raise AssertionError("the container ended")
        children = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children").read_text().split()
        if not children or Path(f"/proc/{children[0]}/comm").read_text().strip() != "systemd":
            return None
        return int(children[0])

    def _is_booted(self):
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def run(self, *command, check=True, limit=120):
        """Gives the CompletedProcess, with text and both outputs in stdout."""
        result = subprocess.run(
            ["nsenter", "-t", str(self.init), "-m", "-p", "-u", "-i", "-n", "-C", *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "LC_ALL": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                "SYSTEMD_PAGER": "",
            },
            cwd="/",
            text=True,
            errors="replace",
            timeout=limit,
            check=False,
        )
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout[-3000:]}")
        return result

    def shell(self, script, **options):
        return self.run("sh", "-ec", script, **options)

    def path(self, inside):
        """A file of the container as seen from outside."""
        return Path(f"/proc/{self.init}/root{inside}")

    def get(self, path, port=9713):
        """What the exporter answers: (status, body)."""
        script = (
            f"exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET {path} HTTP/1.0\\r\\nHost: node1\\r\\n\\r\\n' >&3; cat <&3"
        )
        answer = self.run("bash", "-c", script, check=False).stdout
        head, _, body = answer.replace("\r\n", "\n").partition("\n\n")
        status = re.match(r"HTTP/1\.[01] (\d+)", head)
        return (int(status[1]), body) if status else (0, answer)

    def show(self, unit, *properties):
        """systemctl show: {property: value}."""
        lines = self.run("systemctl", "show", unit, *[f"-p{name}" for name in properties]).stdout.splitlines()
        return dict(line.partition("=")[::2] for line in lines)

    def journal(self, unit, lines=40):
        return self.run("journalctl", "-q", "--no-pager", f"-n{lines}", "-u", unit, check=False).stdout

    def close(self):
        if self._unshare.poll() is None:
            self._unshare.send_signal(signal.SIGKILL)  # which kills process 1, and that all others in there
            self._unshare.wait()
        self._log.close()
        wait_until(self._is_empty, "what ran in the container ends", limit=20)
        for folder, _, _ in os.walk(self._cgroup, topdown=False):
            os.rmdir(folder)
        shutil.rmtree(self._folder)

    def _is_empty(self):
        return "populated 0" in (self._cgroup / "cgroup.events").read_text()


class ContainerTestCase(unittest.TestCase):
    """One container for all tests of a class, which are steps in the order of their names."""

    @classmethod
    def start_container(cls, base):
        cls.container = Container(base)
        cls.addClassCleanup(cls.container.close)
        return cls.container

    @classmethod
    def setUpClass(cls):
        why = can_contain()
        if why:
            raise unittest.SkipTest(why)
