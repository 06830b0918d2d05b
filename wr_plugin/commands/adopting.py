"""Taking over another policy (``--policy`` of check and confirm): read, held against the current one, journalled."""

from pathlib import Path

from ..store import journal, reading, runs
from . import limits_in_force


class Adoption:
    """The policy that a step works with, and whether it is another than the work file's current one."""

    def __init__(self, store, path=None):
        """``path``: the policy file given, or None. Raises BadInput for its mistakes, GateShut without any policy."""
        self.store, self.path, self.before = store, path, _current(store)
        self.mapping = None
        if path:
            from ..intake import policy_file

            self.policy, self.mapping = policy_file.read_policy(path)
        else:
            self.policy = store.policy()

    @property
    def changes(self):
        """Whether ``adopt`` has something to do."""
        return self.mapping is not None and (self.before is None or self.before["sha256"] != self.policy.sha256)

    def adopt(self):
        """Makes the policy the current one. Within ``transaction``."""
        if self.changes:
            self.store.adopt_policy(self.policy, self.mapping, Path(self.path).name, runs.now())

    def tell(self, run_id, verb):
        """Notes the change in the journal. Within ``transaction``."""
        if self.changes:
            before = {k: self.before[k] for k in ("file_name", "sha256")} if self.before else None
            after = {"file_name": Path(self.path).name, "sha256": self.policy.sha256}
            limits_in_force.record(self.store, "policy", Path(self.path).name, verb, runs.now())
            journal.append(self.store, run_id, verb, [("policy", self.policy.get("name"), before, after, "采用另一份政策")])


def _current(store):
    row = reading.one(store, "SELECT sha256, file_name FROM policy WHERE current = 1")
    return dict(row) if row else None
