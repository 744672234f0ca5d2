"""Says in one line what this machine lacks, and clears away a virtual environment that cannot be used.

Runs before anything is installed and on any Python from 3.6 on, so it uses nothing newer and nothing of ours.
"""

import os
import shutil
import subprocess
import sys

NEEDED = (3, 11)
FREE_MIB = {"demo": 400, "test": 1200}


def python_problem(version, find_module):
    """The mend when this Python cannot make the environment; `find_module` answers whether a module is there."""
    if tuple(version[:2]) < NEEDED:
        return "Python %d.%d is too old: install Python 3.11 or newer, then: make PYTHON=python3.11" % tuple(version[:2])
    lacking = [name for name in ("venv", "ensurepip", "sqlite3", "ssl") if not find_module(name)]
    if "venv" in lacking or "ensurepip" in lacking:
        return "this Python cannot make virtual environments: sudo apt install python%d.%d-venv" % tuple(version[:2])
    if lacking:
        return "this Python was built without %s: use Debian's (make PYTHON=/usr/bin/python3)" % " and ".join(lacking)
    return None


def folder_problem(folder, free_mib, needed_mib):
    """The mend when nothing can be installed in `folder`."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return "cannot write in %s: copy the project to a folder of your own" % folder
    if free_mib < needed_mib:
        return "only %d MiB are free in %s, %d are needed: make room there" % (free_mib, folder, needed_mib)
    return None


def usable(venv, version):
    """Whether `venv` runs, is of this Python version and has not been moved since it was made."""
    python = os.path.join(venv, "bin", "python")
    answer = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        found = subprocess.check_output([python, "-c", answer], stderr=subprocess.DEVNULL, universal_newlines=True)
        with open(os.path.join(venv, "bin", "pip"), encoding="utf-8") as script:
            at_home = os.path.join(os.path.realpath(venv), "bin") in script.readline() + script.readline()
    except (OSError, subprocess.CalledProcessError):
        return False
    return at_home and found.strip() == "%d.%d" % tuple(version[:2])


def has_module(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def main(kind, folder):
    """`kind` is demo or test; prints nothing and returns 0 when all is well."""
    venv = os.path.join(folder, ".venv")
    fresh = not os.path.exists(venv)
    free = shutil.disk_usage(folder).free // (1024 * 1024)
    problem = python_problem(sys.version_info, has_module) or folder_problem(folder, free, FREE_MIB[kind] if fresh else 50)
    if problem:
        sys.stderr.write("hearthline: %s\n" % problem)
        return 1
    if not fresh and not usable(venv, sys.version_info):
        sys.stderr.write("hearthline: .venv is of another Python or folder; making it again\n")
        shutil.rmtree(venv)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
