"""The conditions of a binding, checked once against the table and then against each changed row.

Equality of plain types is decided here, on the text that the log carries; everything else by the database itself, in
the column's own type.
"""

from dataclasses import dataclass

from psycopg import AsyncConnection, Error, errors, sql
from psycopg.rows import TupleRow

from chattui.local.realtime.bindings import Binding, BindingRefusedError, Condition
from chattui.local.realtime.database import Session

MAX_IN_VALUES = 100
_PLAIN = frozenset({"int2", "int4", "int8", "uuid", "text", "varchar", "xid8"})
"""Types of which equal values always have equal text, once the literal went through the type."""
_OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "like": "like",
    "ilike": "ilike",
    "match": "~",
    "imatch": "~*",
    "isdistinct": "is distinct from",
}
_IS = {"null", "true", "false", "unknown"}
_COLUMN = """select format_type(a.atttypid, null), t.typname::text, t.typcategory::text
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = format('%%I.%%I', %(schema)s::text, %(table)s::text)::regclass and a.attnum > 0
    and not a.attisdropped and a.attname = %(column)s
    and has_column_privilege(%(role)s, a.attrelid, a.attnum, 'select')"""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition that fits its column."""

    __test__ = False  # pytest would take it for one of its own

    column: str
    operator: str
    values: tuple[str, ...]
    negated: bool
    type: str
    plain: bool

    def quick(self, value: str | None) -> bool | None:
        """Answer without asking the database; None when it must be asked. NULL is never equal nor different."""
        if value is None and self.operator not in {"is", "isdistinct"}:
            return False
        if not self.plain or self.operator not in {"eq", "neq", "in"}:
            return None
        return (value in self.values) != (self.negated ^ (self.operator == "neq"))


class Filters:
    """Asks one database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def tests(self, binding: Binding, table: tuple[str, str], role: str) -> tuple[Test, ...]:
        """Answer the binding's conditions for one table.

        Raises:
            BindingRefusedError: a column that is not there (or not for this role), a literal that its type refuses.
        """
        try:
            async with self._session.use() as connection:
                for column in binding.select or ():
                    await _column(connection, column, table, role, "select")
                return tuple([await _test(connection, each, table, role) for each in binding.conditions])
        except errors.OperationalError:
            raise
        except Error as error:
            raise BindingRefusedError(_exception(binding, error.sqlstate or "XX000", _text(error))) from error
        except LookupError as error:
            raise BindingRefusedError(_exception(binding, "P0001", error.args[0])) from error

    async def holds(self, test: Test, value: str | None) -> bool:
        """Decide a test for one value of the log."""
        quick = test.quick(value)
        if quick is not None:
            return quick
        async with self._session.use() as connection:
            cursor = await connection.execute(_question(test), {"value": value, "literals": list(test.values)})
            row = await cursor.fetchone()
        return bool(row and row[0])


async def _column(
    connection: AsyncConnection[TupleRow],
    column: str,
    table: tuple[str, str],
    role: str,
    use: str,
) -> TupleRow:
    names = {"schema": table[0], "table": table[1], "column": column, "role": role}
    row = await (await connection.execute(_COLUMN, names)).fetchone()
    if row is None:
        raise LookupError(f"invalid column for {use} {column}")
    return row


async def _test(
    connection: AsyncConnection[TupleRow],
    condition: Condition,
    table: tuple[str, str],
    role: str,
) -> Test:
    type_, name, category = await _column(connection, condition.column, table, role, "filter")
    values = condition.value.split(",") if condition.operator == "in" else [condition.value]
    if len(values) > MAX_IN_VALUES:
        raise LookupError(f"too many values for `in` filter. Maximum {MAX_IN_VALUES}")
    if condition.operator == "is" and condition.value not in _IS:
        raise LookupError("invalid value for is filter: must be null, true, false or unknown")
    if condition.operator in {"eq", "neq", "lt", "lte", "gt", "gte", "in", "isdistinct"}:
        cast = sql.SQL("select array_agg(v::{}::text order by n) from unnest(%s::text[]) with ordinality as _(v, n)")
        row = await (await connection.execute(cast.format(sql.SQL(type_)), (values,))).fetchone()
        values = row[0] if row else values
    plain = name in _PLAIN or category == "E"
    return Test(condition.column, condition.operator, tuple(values), condition.negated, type_, plain)


def _question(test: Test) -> sql.Composed:
    type_, negation = sql.SQL(test.type), sql.SQL("not" if test.negated else "")
    value = sql.SQL("%(value)s::text::{}").format(type_)
    match test.operator:
        case "is":
            asked = sql.SQL("{} is {}").format(value, sql.SQL(test.values[0]))
        case "in":
            asked = sql.SQL("{} = any(%(literals)s::text[]::{}[])").format(value, type_)
        case "like" | "ilike" | "match" | "imatch":
            operator = sql.SQL(_OPERATORS[test.operator])
            asked = sql.SQL("{}::text {} (%(literals)s::text[])[1]").format(value, operator)
        case operator:
            parts = (value, sql.SQL(_OPERATORS[operator]), type_)
            asked = sql.SQL("{} {} (%(literals)s::text[])[1]::{}").format(*parts)
    return sql.SQL("select coalesce({} ({}), false)").format(negation, asked)


def _text(error: Error) -> str:
    return error.diag.message_primary or str(error)


def _exception(binding: Binding, sqlstate: str, text: str) -> str:
    start = "Unable to subscribe to changes with given parameters. An exception happened"
    name = _snake(errors.lookup(sqlstate).__name__)
    return f"{start} so please check your connect parameters: {binding}. Exception: ERROR {sqlstate} ({name}) {text}"


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
