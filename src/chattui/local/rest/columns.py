"""Columns, conditions and embedded rows in SQL; `t` is always the row that a statement is about."""

from collections.abc import Sequence
from typing import Literal

from psycopg.sql import SQL, Composable, Composed, Identifier

from chattui.local.rest.catalogue import SCHEMA, Content, ForeignKey, Table
from chattui.local.rest.faults import RestFaultError, missing
from chattui.local.rest.grammar import COMPARISONS, Column, Condition, Embed, Group, Order, Selection
from chattui.local.rest.wishes import Query

Direction = Literal["to one", "to many"]


def known(table: Table, name: str) -> str:
    """The name of a column to be written; refuses one that the table does not have."""
    if name not in table.columns:
        raise RestFaultError(
            400, "PGRST204", f"Could not find the '{name}' column of '{table.name}' in the schema cache"
        )
    return name


def projection(content: Content, table: Table, selection: Selection) -> Composed:
    """The select list: columns, then embedded rows."""
    columns = [part for column in selection.columns for part in _shown(table, "t", column)]
    embeds = [_embedded(content, table, embed) for embed in selection.embeds]
    return SQL(", ").join([*columns, *embeds])


def returned(table: Table, query: Query) -> Composed:
    """The columns that a change has to answer, no more: whoever may not read the others may still write them."""
    wanted = [column.name for column in query.selection.columns]
    if query.selection.embeds or "*" in wanted:
        return SQL("t.*").format()
    names = dict.fromkeys([*wanted, *(order.column for order in query.order)])
    return SQL(", ").join([_column(table, "t", name) for name in names])


def conditions(table: Table, wanted: Sequence[Condition | Group]) -> tuple[Composable, tuple[object, ...]]:
    """The where clause, empty for no condition, and its values."""
    if not wanted:
        return SQL(""), ()
    values: list[object] = []
    text = SQL(" and ").join([_tested(table, part, values) for part in wanted])
    return SQL(" where {}").format(text), tuple(values)


def ordering(wanted: Sequence[Order], table: Table) -> Composable:
    """The order by clause, empty for no wish."""
    if not wanted:
        return SQL("")
    return SQL(" order by {}").format(SQL(", ").join([_criterion(table, order) for order in wanted]))


def _criterion(table: Table, order: Order) -> Composed:
    direction = SQL(" desc") if order.descending else SQL(" asc")
    nulls = {"first": SQL(" nulls first"), "last": SQL(" nulls last"), None: SQL("")}[order.nulls]
    return SQL("{}{}{}").format(_column(table, "t", order.column), direction, nulls)


def _tested(table: Table, part: Condition | Group, values: list[object]) -> Composed:
    if isinstance(part, Group):
        if not part.members:
            raise missing("an empty and() or or()")
        joint = SQL(" and ") if part.joint == "and" else SQL(" or ")
        text = SQL("({})").format(joint.join([_tested(table, member, values) for member in part.members]))
    else:
        text = _compared(_column(table, "t", part.column), part, values)
    return SQL("not {}").format(text) if part.negated else Composed([text])


def _compared(column: Composable, condition: Condition, values: list[object]) -> Composed:
    if condition.operator == "is":
        truth = {
            "null": SQL("null"), "not_null": SQL("not null"), "true": SQL("true"), "false": SQL("false"),
            "unknown": SQL("unknown"),
        }  # fmt: skip
        return SQL("({} is {})").format(column, truth[condition.value])
    if condition.operator == "in":
        values.append(_array(condition.values))
        return SQL("({} = any(%s))").format(column)
    values.append(condition.value)
    operator = {
        "=": SQL("="), "<>": SQL("<>"), ">": SQL(">"), ">=": SQL(">="), "<": SQL("<"), "<=": SQL("<="),
    }[COMPARISONS[condition.operator]]  # fmt: skip
    return SQL("({} {} %s)").format(column, operator)


def _array(values: Sequence[str]) -> str:
    """An array as text, for the database to read with the column's type."""
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


def _column(table: Table, row: str, name: str) -> Composable:
    if table.columns and name not in table.columns:
        raise RestFaultError(400, "42703", f"column {table.name}.{name} does not exist")
    return Identifier(row, name)


def _shown(table: Table, row: str, column: Column) -> list[Composable]:
    if column.name == "*":
        return [SQL("{}.*").format(Identifier(row))]
    named = _column(table, row, column.name)
    return [SQL("{} as {}").format(named, Identifier(column.alias)) if column.alias else named]


def _embedded(content: Content, table: Table, embed: Embed) -> Composed:
    key, direction = _related(content, table, embed)
    other = content.tables[key.target if direction == "to one" else key.table]
    theirs, ours = (key.target_columns, key.columns) if direction == "to one" else (key.columns, key.target_columns)
    joined = SQL(" and ").join(
        [SQL("{} = {}").format(Identifier("e", a), Identifier("t", b)) for a, b in zip(theirs, ours, strict=True)]
    )
    shown = SQL(", ").join([part for column in embed.columns for part in _shown(other, "e", column)])
    rows = SQL("select {} from {} e where {}").format(shown, Identifier(SCHEMA, other.name), joined)
    name = Identifier(embed.alias or embed.target)
    if direction == "to one" or key.one_to_one:
        return SQL("(select row_to_json(_e) from ({}) _e) as {}").format(rows, name)
    return SQL("(select coalesce(json_agg(_e), '[]') from ({}) _e) as {}").format(rows, name)


def _related(content: Content, table: Table, embed: Embed) -> tuple[ForeignKey, Direction]:
    found: list[tuple[ForeignKey, Direction]] = [
        (key, "to one")
        for key in content.keys
        if key.table == table.name and embed.target in (key.target, key.name, *_alone(key))
    ]
    found += [
        (key, "to many") for key in content.keys if key.target == table.name and embed.target in (key.table, key.name)
    ]
    if embed.hint is not None:
        found = [(key, direction) for key, direction in found if embed.hint in (key.name, *key.columns, key.target)]
    if len(found) == 1:
        return found[0]
    raise _ambiguous(table, embed, found) if found else _unrelated(content, table, embed)


def _alone(key: ForeignKey) -> tuple[str, ...]:
    return key.columns if len(key.columns) == 1 else ()


def _ambiguous(table: Table, embed: Embed, found: Sequence[tuple[ForeignKey, Direction]]) -> RestFaultError:
    names = ", ".join(f"'{embed.target}!{key.name}'" for key, _ in found)
    return RestFaultError(
        300,
        "PGRST201",
        f"Could not embed because more than one relationship was found for '{table.name}' and '{embed.target}'",
        hint=f"Try changing '{embed.target}' to one of the following: {names}. "
        "Find the desired relationship in the 'details' key.",
    )


def _unrelated(content: Content, table: Table, embed: Embed) -> RestFaultError:
    through = {key.table for key in content.keys if key.target == table.name}
    if any(key.table in through for key in content.keys if key.target == embed.target):
        return missing(f"embedding of {embed.target} through a third table")
    return RestFaultError(
        400,
        "PGRST200",
        f"Could not find a relationship between '{table.name}' and '{embed.target}' in the schema cache",
        details=f"Searched for a foreign key relationship between '{table.name}' and '{embed.target}' in the schema "
        f"'{SCHEMA}', but no matches were found.",
    )
