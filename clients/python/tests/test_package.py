"""The wheel, and the program of the README, as a user meets them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import HERE

CLIENT = HERE.parent


def readme_program() -> str:
    match = re.search(r"```python\n(.*?)```", (CLIENT / "README.md").read_text(), re.DOTALL)
    assert match
    return match[1]


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_program_of_the_readme_runs(sandbox: dict[str, str], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(readme_program())
    assert re.fullmatch(
        r"created /Advertisers/IRsandbox/Campaigns/1000/Contacts/[0-9]+\n",
        run(sys.executable, "-I", program, **sandbox),
    )


def test_the_wheel_serves_a_project_elsewhere(sandbox: dict[str, str], tmp_path: Path) -> None:
    wheel = next((CLIENT / "build").glob("*.whl"))
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet",
        "--constraint", CLIENT / "requirements.txt", wheel,
    )  # fmt: skip
    program = tmp_path / "program.py"
    program.write_text(readme_program())
    assert "created" in run(python, "-I", program, **sandbox)
    # The types of the package are seen from outside.
    wrong = tmp_path / "wrong.py"
    wrong.write_text(readme_program().replace('"US"', '"UK"'))
    cache = CLIENT / "build" / "mypy"
    with pytest.raises(AssertionError) as caught:
        run(
            sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "--cache-dir", cache,
            program, wrong,
        )  # fmt: skip
    assert re.search(r"wrong.py:.* incompatible type \"Literal\['UK'\]\"", str(caught.value))
    assert "Found 1 error in 1 file" in str(caught.value)
