"""`grade schema`: what a report is as JSON, for programs that read one."""

import json

import click

from grader.report import SCHEMA_VERSION, Report


def schema() -> int:
    """Print it; `grader/report.schema.json` is the same, for who has no Python."""
    described = Report.model_json_schema(mode="serialization")
    about = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:descent-course:report:{SCHEMA_VERSION}",
        "version": SCHEMA_VERSION,
    }
    for model in (described, *described["$defs"].values()):
        del model["additionalProperties"]  # new fields may come: who reads a report passes over what it doesn't know
    click.echo(json.dumps(about | described, indent=2, ensure_ascii=False))
    return 0
