"""Says in one line what this machine lacks, and clears away a virtual environment that cannot be used.

Runs before anything is installed and on any Python from 3.6 on, so it uses nothing newer and nothing of ours.
"""

import os
import shutil
import subprocess
import sys

NEEDED = (3, 11)
FREE_MIB = {"demo": 600, "test": 1300}


def python_problem(version, find_module):
    """The mend when this Python cannot make the environment; `find_module` answers whether a module is there."""
    number = f"{version[0]}.{version[1]}"
    if tuple(version[:2]) < NEEDED:
        return f"Python {number} is too old: install Python 3.11 or newer, then: make PYTHON=python3.11"
    lacking = [name for name in ("venv", "ensurepip", "sqlite3", "ssl") if not find_module(name)]
    if "venv" in lacking or "ensurepip" in lacking:
        return f"this Python cannot make virtual environments: sudo apt install python{number}-venv"
    if lacking:
        return f"this Python was built without {' and '.join(lacking)}: use Debian's (make PYTHON=/usr/bin/python3)"
    return None


def folder_problem(folder, free_mib, needed_mib):
    """The mend when nothing can be installed in `folder`."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"cannot write in {folder}: copy the project to a folder of your own"
    if free_mib < needed_mib:
        return f"only {free_mib} MiB are free in {folder}, {needed_mib} are needed: make room there"
    return None


def usable(venv, version):
    """Whether `venv` runs, is of this Python version and has not been moved since it was made."""
    folder = os.path.join(os.path.realpath(venv), "bin")
    answer = f"import sys, pip; print(sys.version_info[:2] == {tuple(version[:2])})"
    try:
        same = subprocess.check_output([os.path.join(folder, "python"), "-c", answer], stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, "pip"), encoding="utf-8") as script:
            at_home = folder in script.readline() + script.readline()
    except (OSError, subprocess.CalledProcessError):
        return False
    return at_home and same.strip() == b"True"


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
    needed = FREE_MIB[kind] if fresh else 50
    problem = python_problem(sys.version_info, has_module) or folder_problem(folder, free, needed)
    if problem:
        sys.stderr.write(f"hearthline: {problem}\n")
        return 1
    if not fresh and not usable(venv, sys.version_info):
        sys.stderr.write("hearthline: .venv is of another Python or folder; making it again\n")
        shutil.rmtree(venv)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
