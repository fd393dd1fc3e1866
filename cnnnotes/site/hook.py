"""The one MkDocs hook: before a build, make what the pages need."""

from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache

from cnnnotes.site.build import build
from cnnnotes.site.paths import ROOT


def on_pre_build(config: Any) -> None:
    """Bring `docs/generated/` and the labs' pages up to date; write nothing if nothing changed."""
    build()


def on_env(env: Environment, config: Any, files: Any) -> None:
    """Keep compiled templates: MkDocs would compile all of them at each rebuild."""
    folder = ROOT / ".cache" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))
