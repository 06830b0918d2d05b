"""The documentation holds together: links lead somewhere, and every verb, finding and setting is told."""

import importlib.util
import re
from pathlib import Path

import pytest

from wr_plugin.commands.catalogue import VERBS
from wr_plugin.model import amounts, findings, policy

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GUIDE = DOCS / "user_guide.md"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def generator(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def anchors(page):
    """Anchors of the headings as GitHub makes them: lower case, punctuation dropped, spaces to hyphens."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_every_verb_is_in_the_guide():
    guide = GUIDE.read_text(encoding="utf-8")
    for verb in VERBS.values():
        assert f"（{verb.name}）" in guide, f"{verb.name} has no section"
        assert f"wr_plugin {verb.name}" in guide, f"{verb.name} has no example"


def test_commands_in_the_documents_are_real():
    """Each ``python3 -m wr_plugin …`` line names a verb and options that the catalogue has."""
    for page in PAGES:
        for name, rest in re.findall(r"python3 -m wr_plugin ([a-z]+)([^\n#]*)", page.read_text(encoding="utf-8")):
            options = set(re.findall(r"--[a-z-]+", rest)) - {"--help", "--json", "--progress"}
            assert options <= {param.option for param in VERBS[name].params}, f"{page.name}: {name} {rest}"


def test_every_finding_is_documented():
    text = (DOCS / "findings.md").read_text(encoding="utf-8")
    for code, kind in findings.KINDS.items():
        assert f"`{code}`" in text and kind.title in text


def test_every_setting_of_the_policy_is_documented():
    for setting in policy.SETTINGS:
        assert not setting.blank or "空着" in setting.note, f"{setting.path} may be blank: its note must say what stops"
    module = generator("make_policies")
    text = module.TARGET.read_text(encoding="utf-8")
    assert module.document(text) == text and module.SCHEMA.read_text(encoding="utf-8") == module.schema(), (
        "run docs/make_policies.py")


@pytest.mark.parametrize("name", ["make_findings", "make_data_dictionary"])
def test_generated_documents_are_current(name):
    module = generator(name)
    assert module.TARGET.read_text(encoding="utf-8") == module.document(), f"run docs/{name}.py"


def test_the_examples_in_the_guide_are_what_the_verbs_say(tmp_path):
    module = generator("make_guide_examples")
    text = GUIDE.read_text(encoding="utf-8")
    assert module.PLACE.findall(text), "the guide has no examples"
    assert module.document(text, module.examples(tmp_path)) == text, "run docs/make_guide_examples.py"


def test_the_worked_example_is_right():
    legal = amounts.mu_100_from_m2_100(600_000)
    deducted = amounts.share_of(legal, 100_000, 600_000)
    left = legal - deducted
    surface = amounts.share_of(left, 7000, 10_000)
    assert (legal, deducted, left, surface, left - surface) == (900, 150, 750, 525, 225)
    assert amounts.demand_m3_100(surface, 40_000, amounts.eta_e8("0.6", "0.9"), 100) == 388_900
    assert amounts.demand_m3_100(left - surface, 38_000, amounts.eta_e8("0.95", "0.9"), 100) == 100_000
    assert amounts.largest_remainder([5000, 3000, 2001], 9000) == [4499, 2700, 1801]
    guide = GUIDE.read_text(encoding="utf-8")
    assert all(figure in guide for figure in ("3,889 m³", "1,000 m³", "4,499", "2,700", "1,801"))
