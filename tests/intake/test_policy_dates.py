"""Dates in a policy: YAML takes 2027-01-01 without quotation marks for a date; staff write it either way."""

import json

import pytest
import township

from wr_plugin.intake.policy_file import read_policy


@pytest.mark.parametrize("written", ["2031-12-31", "'2031-12-31'", '"2031-12-31"'])
def test_a_date_with_or_without_quotation_marks(tmp_path, written):
    lines = township.policy_text().splitlines()
    [at] = [n for n, line in enumerate(lines) if line.strip().startswith("valid_to:")]
    lines[at] = f"  valid_to: {written}"
    path = tmp_path / "政策.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    policy, mapping = read_policy(path)
    assert policy.get("certificate.valid_to") == "2031-12-31"
    assert json.loads(json.dumps(mapping))["certificate"]["valid_to"] == "2031-12-31", "as the work file keeps it"
