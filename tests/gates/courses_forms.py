"""Forms for random courses: a kind's example with days that fit, and changes of any field that its model allows."""

from __future__ import annotations

import types
from datetime import date, timedelta
from random import Random
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.access.desk import House
from app.casework.forms import SILENT, Coded, Form
from app.casework.kinds import KINDS
from policies.model import Policies
from tests.factories.forms import form

# Days from today: long ago, around now, and to come.
DAYS = (-400, -45, -3, -1, 0, 1, 3, 20, 90, 400)
WORDS = ("Said in their own words.", "x", "သတင်း", "0")
COUNTRIES = ("TH", "MM", "LA", "*")


def plain(house: House, kind: str, country: str, **changes: Any) -> dict[str, Any]:
    """The example of a kind as an officer of ``country`` would write it, but for ``changes``."""
    body = form(house, kind)
    if kind == "identification_decision":
        body |= {"authority": house.policies.countries[country].competent_authority.office, "by_country": country}
    if kind == "transfer_request":
        body |= {"to_office": {"TH": "th-datip", "MM": "mm-border-myawaddy"}.get(country, "th-datip")}
    if kind == "service_request":
        body |= {"provider_office": {"TH": "th-datip"}.get(country, body["provider_office"])}
    if kind == "care_plan":
        body |= {"covers_child_services": True}
    if kind == "return_plan":
        body |= {"escort": "nurse 2"}
    return body | changes


def varied(house: House, kind: str, country: str, chance: Random) -> dict[str, Any]:
    """The plain form with up to three fields changed, dropped or added; it may no longer be acceptable."""
    body = plain(house, kind, country)
    model = KINDS[kind].form
    names = [name for name in model.model_fields if name != SILENT]
    for name in chance.sample(names, min(len(names), chance.choice((0, 1, 1, 2, 3)))):
        if chance.random() < 0.15:
            body.pop(name, None)
        else:
            body[name] = _value(house, model.model_fields[name], chance)
    return {name: value for name, value in body.items() if value is not None}


def _value(house: House, info: FieldInfo, chance: Random) -> Any:
    return _of(house, info.annotation, list(info.metadata), chance)


def _of(house: House, annotation: Any, metadata: list[Any], chance: Random) -> Any:
    inner = getattr(annotation, "__metadata__", None)
    if inner is not None:
        return _of(house, get_args(annotation)[0], [*inner, *metadata], chance)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        said = [each for each in arguments if each is not type(None)]
        return None if len(said) < len(arguments) and chance.random() < 0.2 else _of(house, said[0], metadata, chance)
    if origin is Literal:
        return chance.choice(arguments)
    if origin is tuple:
        return [_of(house, arguments[0], [], chance) for _ in range(chance.randrange(3))]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _row(house, annotation, chance)
    return _leaf(house, annotation, metadata, chance)


def _row(house: House, model: type[BaseModel], chance: Random) -> dict[str, Any]:
    assert issubclass(model, Form)
    made = {name: _value(house, info, chance) for name, info in model.model_fields.items()}
    return {name: value for name, value in made.items() if value is not None}


def _leaf(house: House, annotation: Any, metadata: list[Any], chance: Random) -> Any:
    if annotation is bool:
        return chance.random() < 0.5
    if annotation is int:
        return chance.choice((0, 0, 1, 2, 7, -1))
    if annotation is date:
        today = house.policies.day("TH", house.clock.now())
        return (today + timedelta(days=chance.choice(DAYS))).isoformat()
    coded = next((each for each in metadata if isinstance(each, Coded)), None)
    if coded is not None:
        return chance.choice(sorted(house.policies.codes[coded.code_list].codes))
    return chance.choice((*WORDS, *COUNTRIES))


def inputs(policies: Policies, given: Any, chance: Random) -> dict[str, str]:
    """Codes for the plain inputs of a step."""
    return {name: chance.choice(sorted(policies.codes[codes].codes)) for name, codes in given.items()}
