"""The wheel, installed elsewhere, does what the README says."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_program_of_the_readme_creates_a_contact(serve, tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (tmp_path / "program.py").write_text(program)
    environment = {
        **os.environ,
        "CONTACTS_ACCOUNT": "IRtest",
        "CONTACTS_TOKEN": "secret-token",
        "CONTACTS_BASE_URL": serve().url,
    }
    command = [sys.executable, "-I", "program.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.stdout, done.stderr) == ("created 2750\n", "")


def test_the_wheel_has_types_and_a_license():
    (wheel,) = (ROOT / "build").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "contacts/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "test" in name]
