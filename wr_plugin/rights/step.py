"""One rule of an explanation, as all explanations tell it. Standard library only."""

from dataclasses import dataclass, field
from typing import List, Tuple


@dataclass
class Step:
    """One rule: its question, what it saw, the clause it rests on, and what follows."""

    title: str
    inputs: List[Tuple[str, str]] = field(default_factory=list)
    clause: str = ""
    outcome: str = ""
