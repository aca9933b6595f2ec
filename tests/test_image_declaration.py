"""What an image is made of is checked before anything is built."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent.parent / "image-build/image"
SHIPPED = sorted(FOLDER.glob("*.toml"))


@pytest.fixture(scope="module")
def declaration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("declaration", FOLDER / "declaration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["declaration"] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_image_that_is_shipped_is_declared_rightly(
    declaration: ModuleType, path: Path
) -> None:
    image = declaration.read(path.read_text(encoding="utf-8"))
    assert "systemd-sysv" in image.packages
    # Without these the read-only root cannot be mounted.
    assert {"squashfs", "virtio_blk"} <= set(image.early_modules) or image.architecture == "arm64"


def test_all_errors_are_told_together(declaration: ModuleType) -> None:
    text = SHIPPED[0].read_text(encoding="utf-8")
    text = text.replace('suite = "trixie"', 'suite = "woody"\ncolour = "red"')
    text = text.replace('"dbus",', '"dbus", "dbus", "rm -rf /",').replace("data = 64", "data = 1")
    with pytest.raises(declaration.DeclarationError) as raised:
        declaration.read(text)
    wrong = "\n".join(raised.value.errors)
    for part in ("woody", "colour is not known", "dbus is in packages twice", "rm -rf", "16 to"):
        assert part in wrong, part
    assert len(raised.value.errors) == 5


def test_what_is_missing_is_an_error(declaration: ModuleType) -> None:
    with pytest.raises(declaration.DeclarationError) as raised:
        declaration.read("")
    wrong = "\n".join(raised.value.errors)
    for part in ("architecture", "suite", "kernel", "packages", "[partitions]"):
        assert part in wrong, part


def test_the_shell_reads_what_was_declared_and_runs_none_of_it(declaration: ModuleType) -> None:
    image = declaration.read(SHIPPED[0].read_text(encoding="utf-8"))
    variables = declaration.as_shell(image)
    script = f'{variables}\nprintf "%s\\n" "$declared_command_line" "${{declared_without[@]}}"'
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [image.command_line, *image.without]
