"""What a request asks, checked: pydantic models of the query strings, from which the OpenAPI document is made too."""

from typing import Annotated, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.datastructures import MultiDict

from snapshard.filters import parse_filter
from snapshard.query import Match, Query
from snapshard.region import parse_region


class Params(BaseModel):
    """A query string; a name it does not know is an error."""

    model_config = ConfigDict(extra="forbid")


Model = TypeVar("Model", bound=Params)


class JunctionParams(Params):
    """Which junctions, and what of them."""

    region: Annotated[list[str], Field(description="chromosome:start-end, 1-based, both ends included; may be repeated")] = []
    match: Annotated[Match, Field(description="how a junction must lie to a region")] = Match.OVERLAP
    filter: Annotated[list[str], Field(description="column, operator, value, such as samples_count>=100; may be repeated")] = []
    limit: Annotated[int, Field(ge=1, description="most rows of this page")] = 1_000

    def query(self) -> Query:
        """The query in the library's words. Raises BadQuery."""
        return Query(
            regions=tuple(parse_region(text) for text in self.region),
            match=self.match,
            filters=tuple(parse_filter(text) for text in self.filter),
        )


def read_params(model: type[Model]) -> Model:
    """The request's query string as the model says; pydantic's ValidationError names what does not fit."""
    return model.model_validate(_values(model, request.args))


def _values(model: type[Model], args: "MultiDict[str, str]") -> dict[str, object]:
    values: dict[str, object] = {}
    for name, came in args.lists():
        field = model.model_fields.get(name)
        many = field is not None and get_origin(field.annotation) is list
        values[name] = came if many or len(came) > 1 else came[0]
    return values
