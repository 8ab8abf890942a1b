"""`grade schema`: what a report is as JSON, for programs that read one."""

import json

import click

from grader.report import SCHEMA_VERSION, Report


def schema() -> int:
    """Print it."""
    described = Report.model_json_schema(mode="serialization")
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "version": SCHEMA_VERSION, **described}
    click.echo(json.dumps(whole, indent=2))
    return 0
