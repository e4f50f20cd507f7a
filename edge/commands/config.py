"""`courtside config`: every setting, explained, ready to be changed."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from edge.commands.options import add_settings_options, settings
from edge.config import Config

_EXAMPLES = """examples:
  courtside config > box.yaml           then change what you need and: courtside run --config box.yaml
  courtside config --config box.yaml    check a file, and see what it leaves at its default"""

_WIDTH = 100


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "config",
        help="print all settings, explained",
        description="Prints complete settings as YAML, each key with what it means.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_settings_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    print("\n".join(["# Settings of courtside. What is left out keeps the value shown here.", *lines(settings(args))]))
    return 0


def lines(config: Config) -> list[str]:
    """YAML lines of every setting with its value, its description above it as a comment."""
    return _section(config, "")


def _section(section: BaseModel, indent: str) -> list[str]:
    found: list[str] = []
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        found += ["", *_comment(field, indent)] if not indent else _comment(field, indent)
        if isinstance(value, BaseModel):
            found += [f"{indent}{name}:", *_section(value, indent + "  ")]
        else:
            found.append(f"{indent}{name}: {_scalar(value)}")
    return found


def _comment(field: FieldInfo, indent: str) -> list[str]:
    choices = [str(choice) for choice in get_args(field.annotation) if isinstance(choice, str)]
    text = (field.description or "") + (f" One of: {', '.join(choices)}." if choices else "")
    return textwrap.wrap(text, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def _scalar(value: Any) -> str:
    plain = value if value is None or isinstance(value, bool | int | float) else str(value)
    return yaml.safe_dump(plain, width=1000).removesuffix("...\n").strip()
