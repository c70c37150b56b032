"""Draws the machines: one page with a diagram for each, and the table of all steps for workflows/README.md."""

from __future__ import annotations

from pathlib import Path

from workflows.effects import (
    Alert,
    Arbitrate,
    CloseTask,
    Effect,
    FreezeClocks,
    MoveCustody,
    OpenReceivingCase,
    OpenTask,
    SendMessage,
    StepOnCase,
    ThawClocks,
)
from workflows.engine import MACHINES, draw
from workflows.step import Fork, MachineSpec, Step

BEGIN = "<!-- steps: begin (written by `waymark draw`) -->"
END = "<!-- steps: end -->"
HEADINGS = ("machine", "step", "from", "to", "who", "permission", "guards", "effects")
# What each picture shows, above it in words.
TEXTS = {
    "identification": (
        "How the question whether somebody is trafficked is asked, answered and asked again. Protection does not\n"
        "wait for its end: care (care.md) runs beside it from presumption on. A negative answer is never the last\n"
        "word, so only `identified` is an end."
    ),
    "care": (
        "Where the protection and recovery of one person stands, in one country. A case begins at `intake`, or at\n"
        "`awaiting_arrival` in the country that has accepted a return. Home, staying and a third country are three\n"
        "ways of equal rank. A step that stands on one state (an arrow to itself) changes something without moving."
    ),
    "referral": (
        "One conversation between two countries. Both keep a copy and both copies use these states; in brackets\n"
        "stands the side that may take the step. In every state one side alone can move on: it holds the pen.\n"
        "Only `grant_end` crosses that line, and only when the sender has asked for the end and is tied by its own\n"
        "request. Responsibility for the person passes with `sign_receipt`, and with nothing else."
    ),
    "transfer": (
        "One question from the office that holds a case to another office of the same country: to take the case over,\n"
        "or to share in it. Until it agrees the asked office reads codes alone. At `moved` the case has changed hands\n"
        "in one act; at every moment exactly one office holds it. What is `shared` ends when it is done, when the\n"
        "holder stops it, or when the person takes the consent back."
    ),
    "relative": (
        "Contact with one relative of a person. Before the first word goes to them, the program compares their name\n"
        "with those alleged to have taken part; for a child somebody has found that the contact serves it, and nobody\n"
        "who is not wanted is called. A relative who is kept apart can be named again, and is compared anew."
    ),
    "inquiry": (
        "One question to another country about a person, before or without any referral: whether they are a national\n"
        "there, or where their family is. It carries names, birth and origin and nothing of what happened. What the\n"
        "other country is asked opens no case there; it takes the question up, answers it, or says why it cannot.\n"
        "Where the person no longer agrees, the question is taken back and destroyed there, with a receipt."
    ),
    "embassy": (
        "One question on paper to an embassy or consulate, where the person's country has no office that is agreed\n"
        "with us. The program prints the letter and sends nothing; the days and the answer are typed in by hand. What\n"
        "has not left is dropped where the person no longer agrees or asks for asylum; what has left is taken back by\n"
        "hand, and not while asylum is asked for."
    ),
    "service": (
        "One request to a provider for help to one person. A case can have many of them, each with its own state, due\n"
        "day and tasks. The loop is closed: a request ends as `done`, with its result and what the person says of it,\n"
        "or as `stopped` with a reason. A need that was declined stays open until another provider is asked.\n"
        "An office whose people work here answers for itself, without sight of the case, and says when it begins\n"
        "and is done (`delivered`); of every other provider the team writes down what it was told."
    ),
    "remedy": (
        "One claim for wages, restitution or compensation. A case can have many, each with its own state, days and\n"
        "tasks. Payments in part add up and the last one ends the claim by itself. A claim ends unpaid only with an\n"
        "explanation, or because the person does not want it, which lowers nothing else. Claims live on after return:\n"
        "no step asks where the person is, and the case cannot be closed while one is open."
    ),
    "fund_claim": (
        "One claim of one person to the fund of the country. Who submits it neither decides on it nor pays it. Every\n"
        "limit of the policy is asked when it is submitted and again when it is approved, by the amounts of the day\n"
        "it concerns. It ends when the person has the money, or as `declined` or `withdrawn`, each with a reason.\n"
        "Where people of the fund's own office work here, they decide and pay, without sight of the case."
    ),
    "non_punishment": (
        "One detention, charge, fine, removal or other penalty against the person, for acts that may follow from\n"
        "having been trafficked. Whoever can review it is told at once. Somebody else than the reporter decides in\n"
        "writing whether there is a link; then the person is spoken for until the penalty is lifted, the person is\n"
        "released, or nothing more can be done. A second `represented` follows where the authority upholds it."
    ),
    "proceeding": (
        "One proceeding before a court or another authority, as long as it runs, beside the care of the person.\n"
        "Whether they help the authority changes nothing else and is not asked here. How far secrecy goes is\n"
        "explained before a hearing in which the person speaks; before they travel, testimony in advance or from afar\n"
        "is offered. Data of the person go to the defence or a court only after a second person has reviewed them."
    ),
    "threat": (
        "One threat to the person, their family or those who help them. Whoever can protect the person is told at\n"
        "once. The threat is assessed, measures are agreed with the person, looked at again by the day that was set,\n"
        "and ended with a reason. Nobody departs while a threat stands as `reported`, seen by nobody."
    ),
}


def write_diagrams(folder: Path) -> list[Path]:
    """Write one page for each machine into ``folder`` and refresh the table of steps beside it.

    folder: docs/workflows of a checkout; made when it is missing. The table is refreshed when the checkout has
    workflows/README.md. Returns the files written. OSError when the folder cannot be written, ValueError when
    the README has lost the two comments between which the table stands.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in MACHINES:
        page = folder / f"{name}.md"
        page.write_text(diagram_page(name), encoding="utf-8")
        written.append(page)
    readme = folder.parent.parent / "workflows" / "README.md"
    if readme.is_file():
        readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
        written.append(readme)
    return written


def diagram_page(machine: str) -> str:
    """The page of one machine (Markdown): what it shows, and the diagram as Mermaid."""
    title = MACHINES[machine].title
    note = f"Drawn from `workflows/{machine}.py` by `waymark draw`; do not edit the diagram by hand."
    return f"# {title}\n\n{TEXTS[machine]}\n\n{note}\n\n```mermaid\n{draw(machine)}```\n"


def with_table(text: str) -> str:
    """The text with a fresh table of steps between the two marker comments; ValueError when they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the table of steps needs both comments: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{step_table()}\n{END}{after}"


def step_table() -> str:
    """All steps of all machines as one Markdown table, one row for each step."""
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
    lines += [_line(_row(spec, step)) for spec in MACHINES.values() for step in spec.steps]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(spec: MachineSpec, step: Step) -> list[str]:
    who = "the system" if step.system_only else "anybody with the permission"
    if step.by is not None:
        who = f"{step.by.value}, by the system" if step.system_only else step.by.value
    return [
        spec.name,
        f"`{step.name}`",
        " ".join(state.value for state in step.start) or "(new)",
        _target(step),
        who,
        f"`{step.permission}`",
        " ".join(guard.name for guard in step.guards),
        "; ".join(_words(effect) for effect in step.effects) or "-",
    ]


def _target(step: Step) -> str:
    if step.to is None:
        return "(stays)"
    if isinstance(step.to, Fork):
        return f"by {step.to.fact}: " + " ".join(state.value for state in step.to.ways.values())
    return step.to.value


def _words(effect: Effect) -> str:
    match effect:
        case FreezeClocks() | ThawClocks():
            return f"{'stop' if isinstance(effect, FreezeClocks) else 'run on'} all clocks: {effect.cause}"
        case OpenTask():
            clock = effect.clock if effect.child_clock is None else f"{effect.clock}, child: {effect.child_clock}"
            clock += "" if effect.urgent_clock is None else f", urgent: {effect.urgent_clock}"
            where = f" at the {effect.side}" if effect.side else ""
            only = " for a child" if effect.only_child else ""
            only += f" after {', '.join(sorted(effect.reasons))}" if effect.reasons else ""
            only += f" unless {', '.join(sorted(effect.not_for))}" if effect.not_for else ""
            return f"task {effect.kind}{only} ({effect.role}{where}; {clock})"
        case Alert():
            return f"notice {effect.kind} at once"
        case CloseTask():
            return "all tasks done" if effect.kind == "*" else f"{effect.kind} done"
        case SendMessage():
            return f"message with {', '.join(sorted(effect.carries))}" if effect.carries else "message"
        case MoveCustody():
            return "responsibility passes to the receiver"
        case OpenReceivingCase():
            return "the receiver opens its case"
        case StepOnCase():
            return f"step {effect.step} on the {effect.side}'s case"
        case Arbitrate():
            return "the receiver answers"
