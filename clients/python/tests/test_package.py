"""The packages, installed elsewhere, do what the README says."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import CREATED, PNG, TOKEN, response

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
PRINTED = [
    "created 2750\n",
    "1 Wile ('a',)\nimage/png 8\n",
    "['WorkPhoneNumberCountry is required when WorkPhoneNumber is given.']\n"
    "[('Accounts', 'type'), ('FrstName', 'unknown')]\n"
    "200 7\n",
]


def respond(head: bytes) -> bytes:
    """Respond as the API does."""
    if b"/ProfileImage " in head:
        return response(PNG, extra=b"Content-Type: image/png\r\n")
    if head.startswith(b"GET"):
        return response(b'{"@numpages":"1","Contacts":[{"Id":"1","FirstName":"Wile","Labels":["a"]}]}')
    return response(CREATED, extra=b"X-RateLimit-Remaining: 7\r\n")


def run(*command: Any, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command, and return what it printed."""
    done = subprocess.run(  # noqa: S603
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def programs_run(python: Any, serve: Any, folder: Path) -> None:
    environment = {"CONTACTS_ACCOUNT": "IRtest", "CONTACTS_TOKEN": TOKEN, "CONTACTS_BASE_URL": serve(respond).url}
    for program, printed in zip(PROGRAMS, PRINTED, strict=True):
        (folder / "program.py").write_text(program)
        assert run(python, "-I", "program.py", cwd=folder, **environment) == printed


def environment(folder: Path, *arguments: Any) -> Path:
    """Make a virtual environment, and return its Python."""
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *arguments)
    return python


def test_the_programs_of_the_readme_run(serve: Any, tmp_path: Path) -> None:
    programs_run(sys.executable, serve, tmp_path)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both packages as they would be published."""
    folder = tmp_path_factory.mktemp("dist")
    run(BIN / "hatchling", "build", "--directory", folder)
    return folder


def test_both_packages_are_complete(packages: Path) -> None:
    (wheel,), (sdist,) = packages.glob("*.whl"), packages.glob("*.tar.gz")
    inside = zipfile.ZipFile(wheel)
    assert "contacts/py.typed" in inside.namelist()
    assert any(name.endswith("licenses/LICENSE") for name in inside.namelist())
    assert not [name for name in inside.namelist() if "test" in name]
    metadata = inside.read(next(n for n in inside.namelist() if n.endswith("/METADATA"))).decode()
    for line in (
        "License-Expression: Apache-2.0",
        "Classifier: Private :: Do Not Upload",
        "Keywords: api",
        "Summary: ",
    ):
        assert line in metadata
    names = {name.partition("/")[2] for name in tarfile.open(sdist).getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "src/contacts/py.typed"} <= names
    run(BIN / "twine", "check", "--strict", wheel, sdist)


def test_the_wheel_serves_a_project_elsewhere(packages: Path, serve: Any, tmp_path: Path) -> None:
    (wheel,) = packages.glob("*.whl")
    python = environment(tmp_path, "--constraint", ROOT / "requirements.txt", wheel)
    programs_run(python, serve, tmp_path)
    # The types of the package are seen from outside.
    for i, program in enumerate(PROGRAMS):
        (tmp_path / f"program{i}.py").write_text(program)
    (tmp_path / "wrong.py").write_text(PROGRAMS[0].replace('"US"', '"UK"').replace("1000,", '"1000",'))
    cache = ROOT / "build" / "mypy"
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "--cache-dir", cache]
    run(*mypy, *(f"program{i}.py" for i in range(len(PROGRAMS))), cwd=tmp_path)
    with pytest.raises(AssertionError, match="Found 2 errors in 1 file") as caught:
        run(*mypy, "wrong.py", cwd=tmp_path)
    assert re.search(r"incompatible type \"Literal\['UK'\]\"", str(caught.value))


def test_the_lowest_versions_that_are_stated_work(packages: Path, serve: Any, tmp_path: Path) -> None:
    (wheel,) = packages.glob("*.whl")
    floors = re.findall(r'^    "([a-z0-9_]+)>=([0-9.]+)[,"]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert len(floors) == 5
    python = environment(tmp_path, wheel, *(f"{name}=={version}" for name, version in floors))
    programs_run(python, serve, tmp_path)
