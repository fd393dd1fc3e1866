"""Rules that were fixed before the runs they decide: a register, and what departs from it.

``docs/results/frozen.json`` holds for each experiment the text of its rule, a hash of the code that
decides, and the day. A rule may be changed, but only with a reason, which stays in the register
beside the text that it replaced.
"""

import datetime
import json
from typing import Any

from cnnnotes.experiments import results
from cnnnotes.experiments.closure import code_hash
from cnnnotes.experiments.experiment import Experiment, find
from cnnnotes.experiments.results import ResultsError

Entry = dict[str, Any]


def freeze(name: str, reason: str = "") -> Entry:
    """Register the rule of an experiment as it stands, and return what the register says of it.

    Nothing changes if that rule is registered already. Raises `ResultsError` if another one is, and
    no reason is given.
    """
    experiment = find(name)
    register, now = _register(), _stated(experiment)
    old = register.get(experiment.name)
    if old and all(old[part] == now[part] for part in now):
        return old
    if old and not reason.strip():
        raise ResultsError(f'{_departs(name, old)} "why it had to change"')
    entry: Entry = {**now, "frozen": datetime.date.today().isoformat(), "changes": []}
    if old:
        before = {"rule": old["rule"], "frozen": old["frozen"], "reason": reason.strip()}
        entry["changes"] = [*old["changes"], before]
    register[experiment.name] = entry
    text = json.dumps(dict(sorted(register.items())), indent=1, ensure_ascii=False)
    results.write_whole(results.path(results.FROZEN), text + "\n")
    return entry


def entry(name: str) -> Entry | None:
    """Return what the register says of an experiment, or None if its rule was never frozen."""
    return _register().get(find(name).name)


def fault(name: str) -> str | None:
    """Return how the rule of an experiment departs from the one that was frozen, if it does."""
    experiment = find(name)
    old = _register().get(experiment.name)
    if old is None or all(old[part] == value for part, value in _stated(experiment).items()):
        return None
    return f"{_departs(name, old)} …"


def _departs(name: str, old: Entry) -> str:
    return (
        f"{name}: its rule is not the one that was frozen on {old['frozen']}; put it back, "
        f"or say why: cnnnotes experiments freeze {name} --reason"
    )


def _stated(experiment: Experiment) -> dict[str, str]:
    """Return the rule, in words and as a hash of the code in its own module or beside it."""
    beside = f"{experiment.module.rpartition('.')[0]}."
    decides = f"{experiment.module}.{experiment.decide.__name__}"
    return {"rule": experiment.rule, "code": code_hash(decides, within=beside)}


def _register() -> dict[str, Entry]:
    file = results.path(results.FROZEN)
    try:
        found: dict[str, Entry] = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ResultsError(
            f"docs/results/{file.name}: is not whole JSON ({error}); "
            "take it from the last commit: git checkout -- docs/results/frozen.json"
        ) from None
    return found
