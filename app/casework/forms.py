"""What every record kind is made of: strict forms, coded fields, and the fold from a form to facts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from app.casework.marks import ForChild as ForChild
from app.casework.marks import OfWorker as OfWorker
from app.casework.marks import Unasked as Unasked
from app.kit import names
from app.kit.errors import Invalid
from app.kit.fields import OTHERWISE, broken_rules
from policies.model import FieldGroup, Policies
from workflows.facts import CaseFacts, MatterFacts, ReferralFacts

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]


class Form(BaseModel):
    """A form as filled in: nothing unknown, nothing of the wrong type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


# Why a question has no answer; each is an answer of its own, and none of them is worse than another.
Silence = Literal["not_asked", "no_wish_to_answer", "not_known"]
# The field of a record that keeps those reasons; it never travels to another country.
SILENT: Final = "silent"


@dataclass(frozen=True, slots=True)
class Asked:
    """Metadata of a field (its type allows None) that the person is asked: a silence of theirs is an answer to it.

    must: somebody has to say something: an answer, or why there is none. Nobody is pressed for the answer itself.
    """

    must: bool = False


# What the person says to a plain question, or why they say nothing; and what they tell, where they want to.
Said = Annotated[bool | None, Asked(must=True)]
OwnWords = Annotated[Long | None, Asked()]


class Asking(Form):
    """A form, or a row of one, that asks the person. ``silent``: field -> why a question has no answer."""

    silent: dict[str, Silence] | None = None

    @model_validator(mode="after")
    def _only_open_questions(self, info: ValidationInfo) -> Self:
        fields = type(self).model_fields
        for name in self.silent or {}:
            # The program fills some in after this check: what was stored beside a reason has to be read again.
            by_program = name in fields and any(isinstance(each, Unasked) for each in fields[name].metadata)
            if not _lenient(info) if by_program else name == SILENT or getattr(self, name, name) is not None:
                raise PydanticCustomError("silent_answer", "Only a question without an answer can say why.")
        return self

    @model_validator(mode="after")
    def _answered_or_silent(self, info: ValidationInfo) -> Self:
        # The reasons stay in the country that asked: what comes from another one has only gaps, and is read.
        if _lenient(info):
            return self
        open_ones = [
            name
            for name, field in type(self).model_fields.items()
            if _must(field) and getattr(self, name) is None and name not in (self.silent or {})
        ]
        if open_ones:
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [InitErrorDetails(type=_NEITHER, loc=(name,), input=None) for name in open_ones],
            )
        return self

    def silence(self, name: str) -> Silence | None:
        """Why the question has no answer; None where it has one, or nobody said."""
        return (self.silent or {}).get(name)


class RecordForm(Asking):
    """A form that is kept as a record."""


def unspoken(body: Mapping[str, Any]) -> dict[str, Any]:
    """A form (plain JSON) without the reasons of silence, those in its rows neither."""
    return {name: _each(value, unspoken) for name, value in body.items() if name != SILENT}


def spoken(body: Mapping[str, Any]) -> dict[str, Any]:
    """A form (plain JSON) with the reasons of silence only where there are some."""
    kept = {name: _each(value, spoken) for name, value in body.items()}
    if kept.get(SILENT, True) is None:
        del kept[SILENT]
    return kept


def _each(value: Any, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Any:
    """The rows of a list changed; whatever else it is, as it is."""
    return [change(row) if isinstance(row, dict) else row for row in value] if isinstance(value, list) else value


_NEITHER: Final = PydanticCustomError("answer_or_reason", "Give an answer, or say why there is none.")


def _must(field: FieldInfo) -> bool:
    return any(isinstance(each, Asked) and each.must for each in field.metadata)


def _lenient(info: ValidationInfo) -> bool:
    return isinstance(info.context, CodeCheck) and info.context.lenient


def not_before(earlier: str, later: str) -> Any:
    """A check for the body of a form: the day in the field ``later`` is not before the one in ``earlier``.

    ``earlier`` has to stand above ``later``. What is on record already is read as it was written (a lenient check).
    """

    def check(value: date | None, info: ValidationInfo) -> date | None:
        before = info.data.get(earlier)
        if value is not None and before is not None and value < before and not _lenient(info):
            raise PydanticCustomError("dates_in_order", "This day lies before the day it has to follow.")
        return value

    return field_validator(later)(check)


@dataclass(frozen=True, slots=True)
class HasCome:
    """Metadata of a day on which something was done: whoever writes it down does so on that day or later."""

    def check(self, value: date, info: core_schema.ValidationInfo) -> date:
        """The day itself; an error where it is still to come."""
        today = info.context.today if isinstance(info.context, CodeCheck) and not info.context.lenient else None
        if today is not None and value > today:
            raise PydanticCustomError("day_has_come", "This day lies in the future.")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """A date, then the check."""
        return core_schema.with_info_after_validator_function(self.check, handler(source))


DoneOn = Annotated[date, HasCome()]


def above_nothing(name: str) -> Any:
    """A check for the body of a form: the amount in the field ``name`` is not zero."""

    def check(value: Amount | None) -> Amount | None:
        if value is not None and value.units == 0:
            raise PydanticCustomError("above_nothing", "Write an amount above zero.")
        return value

    return field_validator(name)(check)


@dataclass(frozen=True, slots=True)
class Words:
    """Metadata of a Literal field: code -> what people read for it (marked)."""

    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class From:
    """Metadata of a text field that pages offer a list for: country, language, office, border_point, guard ...

    It checks nothing: what the list does not know can still be said through the other door.
    """

    source: str


# What a person speaks, as short as the columns that copy it for beds and transfers, and where they belong.
TAG: Final = r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}|unknown)$"
Language = Annotated[str, Field(pattern=TAG, max_length=20), From("language")]
Nationality = Annotated[str, Field(pattern="^([A-Z]{2}|stateless|unknown)$"), From("nationality")]


@dataclass(slots=True)
class CodeCheck:
    """How fields are checked. ``lenient``: codes of another country that we do not know are kept.

    ``today``: the day on which somebody writes, ``about``: the day of which they do; None where what is on record is
    read again, or is corrected.
    """

    policies: Policies
    lenient: bool = False
    today: date | None = None
    about: date | None = None
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Coded:
    """Metadata of a string field whose value is a code of policies/codes/<code_list>.yaml.

    With a CodeCheck as validation context a code that is not in the list is refused; where the check is lenient
    (a message from another country) it is kept and noted as unknown. One that is no longer asked for (retired) is
    taken only where it is still told of: ``retired``.
    """

    code_list: str
    retired: bool = False

    def check(self, value: str, info: core_schema.ValidationInfo) -> str:
        """The code itself; ValueError naming the known codes when it is none of them."""
        context = info.context
        if not isinstance(context, CodeCheck):
            return value
        codes = context.policies.codes[self.code_list].codes
        if value in codes and (self.retired or context.lenient or not codes[value].retired):
            return value
        if context.lenient:
            context.unknown.append(f"{self.code_list}:{value}")
            return value
        known = ", ".join(code for code, entry in codes.items() if not entry.retired)
        raise ValueError(f"is not a code of '{self.code_list}' ({known})")

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """A short string, then the check."""
        text = core_schema.str_schema(min_length=1, max_length=60, strict=True)
        return core_schema.with_info_after_validator_function(self.check, text)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        """Tell readers of the API which list the codes come from."""
        return {"type": "string", "minLength": 1, "maxLength": 60, "x-code-list": self.code_list}


_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
# What a fact says of an office or a place that an older record named in words.
UNNAMED: Final = "unnamed"


@dataclass(frozen=True, slots=True)
class Listed:
    """Metadata of a string field that becomes a fact, which is not sealed: a code of an office, border point, country.

    Or the tag of a language. world: any country; country: one with a policy of its own. With a CodeCheck as validation
    context what is not listed is refused; where the check is lenient (an older record, a message from another country)
    it is read as it was written, and the fold keeps it out of facts (`code_only`).
    """

    what: Literal["office", "border_point", "country", "world", "language"]

    def check(self, value: str, info: core_schema.ValidationInfo) -> str:
        """The code itself; an error when the policies list no such office, border point or country."""
        context = info.context
        if not isinstance(context, CodeCheck) or context.lenient or self._knows(context.policies, value):
            return value
        if self.what == "office":
            raise PydanticCustomError("unknown_office", "Choose one of the offices.")
        if self.what in ("country", "world", "language"):
            raise PydanticCustomError("unknown_country", "Choose one of the answers.")
        raise PydanticCustomError("unknown_border_point", "Choose one of the border crossings.")

    def _knows(self, policies: Policies, value: str) -> bool:
        if self.what == "language":
            return re.fullmatch(TAG, value) is not None
        if self.what == "country":
            return value in policies.countries
        if self.what == "world":
            return names.is_country(value)
        if self.what == "office":
            return any(each.code == value for country in policies.countries.values() for each in country.offices)
        return any(each.code == value for corridor in policies.corridors.values() for each in corridor.border_points)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """A text as long as it ever was, then the check."""
        text = core_schema.str_schema(min_length=1, max_length=300, strict=True, strip_whitespace=True)
        return core_schema.with_info_after_validator_function(self.check, text)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        """Tell readers of the API that it is a code."""
        return {"type": "string", "minLength": 1, "maxLength": 60, "x-directory": self.what}


def code_only(value: str) -> str:
    """``value`` if it is a code, and `UNNAMED` where an older record has words: facts are not sealed."""
    return value if _CODE.fullmatch(value) else UNNAMED


class Amount(Form):
    """An amount of money: whole units of a currency, as the policies write what somebody is entitled to."""

    units: Annotated[int, Field(ge=0, le=1_000_000_000_000)]
    currency: Annotated[str, Coded("currency")]


Services = Annotated[
    tuple[Annotated[str, Coded("service_kind")], ...], Field(strict=False, min_length=1, max_length=20)
]


# Rule of a form -> the source that demands it.
_CITED: Final[Mapping[str, str]] = {"dates_in_order": "IOM-3", "day_has_come": "IOM-3", "day_is_over": "WM-CLOCKS"}

Filled = TypeVar("Filled", bound=Form)


def validated(form: type[Filled], body: Any, context: CodeCheck, place: str, sentence: str) -> Filled:
    """``body`` (plain JSON values) as ``form``.

    Raises Invalid (422) with ``sentence``, naming each field below ``place`` and its rule; what was typed is
    never repeated.
    """
    try:
        return form.model_validate_json(json.dumps(body), context=context)
    except ValidationError as error:
        broken = error.errors(include_input=False, include_url=False)
        told = broken_rules(broken)
        problems = [
            {
                "field": ".".join([place, *map(str, each["loc"])]), "rule": each["msg"], "sentence": said["sentence"],
                **({"source": _CITED[each["type"]]} if each["type"] in _CITED else {}),
            }
            for each, said in zip(broken, told, strict=False)
        ]  # fmt: skip
    except RecursionError:
        problems = [{"field": place, "rule": "not nested so deeply", "sentence": OTHERWISE}]
    raise Invalid(sentence, extra={"errors": problems})


@dataclass(frozen=True, slots=True)
class Entry:
    """Who filled in a form, and the day it is about; ``hands``: who wrote the words that it corrects."""

    actor: str
    office: str
    country: str
    on: date
    hands: frozenset[str] = frozenset()


FoldCase = Callable[[CaseFacts, Any, Entry], CaseFacts]
FoldReferral = Callable[[ReferralFacts, Any, Entry], ReferralFacts]
FoldMatter = Callable[[MatterFacts, Any, Entry], MatterFacts]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its form, who may see it, where it is kept and what it changes in the facts.

    home: the subject that keeps it (case or referral). shared: it crosses with the step it belongs to, less
    the ``withheld`` fields (all of them optional); a field of ``bound`` crosses only where corridor and consent
    let its data group travel. fold_matter: what it changes in the matter whose step it comes with. permission: what
    adding it needs. continues: the fields that a page begins a new one with, as the last one says them. upgrades:
    version of a stored form -> the same form as the next version has it; downgrades: version -> the same as the version
    before has it, for a partner that reads no newer one. example: a full form for the API description.
    """

    name: str
    title: str
    group: FieldGroup
    form: type[RecordForm]
    example: dict[str, Any]
    home: str = "case"
    version: int = 1
    fold_case: FoldCase | None = None
    fold_referral: FoldReferral | None = None
    fold_matter: FoldMatter | None = None
    shared: bool = False
    withheld: frozenset[str] = frozenset()
    bound: Mapping[str, str] = field(default_factory=dict)
    permission: str = "record:write"
    continues: frozenset[str] = frozenset()
    upgrades: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    downgrades: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    def upgraded(self, body: dict[str, Any], version: int) -> dict[str, Any]:
        """A form that was stored in ``version`` as this version has it; KeyError where nobody said how."""
        for older in range(version, self.version):
            body = self.upgrades[older](body)
        return body
