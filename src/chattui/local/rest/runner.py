"""Running one statement as the caller: one transaction, role and claims first, so that the policies decide."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chattui.local.rest.caller import Caller
from chattui.local.rest.faults import RestFaultError
from chattui.local.rest.statements import Statement

_ACT_AS = """
select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),
    set_config('request.method', %s, true), set_config('request.path', %s, true),
    set_config('request.headers', %s, true), set_config('search_path', 'public, extensions', true),
    set_config('transaction_read_only', %s, true)"""
_AND_SETTING = ", set_config(%s, %s, true)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement answered."""

    body: str | None
    count: int
    total: int | None


async def run(
    connection: AsyncConnection[TupleRow],
    who: Caller,
    settings: Mapping[str, str],
    statement: Statement,
    *,
    single: bool,
) -> Answer:
    """Run it in one round trip: without a BEGIN, all up to the end of a pipeline is one transaction.

    Raises:
        RestFaultError: one row was wanted and there were none or several; nothing has changed then.
        psycopg.Error: the database refuses.
    """
    if single and who.writes:
        # Whether it may be kept is only known afterwards.
        async with connection.transaction():
            return _checked(await _sent(connection, who, settings, statement), single=True)
    return _checked(await _sent(connection, who, settings, statement), single=single)


async def _sent(
    connection: AsyncConnection[TupleRow], who: Caller, settings: Mapping[str, str], statement: Statement
) -> Answer:
    identity = (who.role, who.claims, who.method, who.path, who.headers, "off" if who.writes else "on")
    further = [word for setting in settings.items() for word in setting]
    async with connection.pipeline():
        await connection.execute((_ACT_AS + _AND_SETTING * len(settings)).encode(), (*identity, *further))
        cursor = await connection.execute(statement.text, statement.values)
    row = await cursor.fetchone()
    return Answer(*(row or (None, 0, None)))


def _checked(answer: Answer, *, single: bool) -> Answer:
    if single and answer.count != 1:
        raise RestFaultError(
            406,
            "PGRST116",
            "Cannot coerce the result to a single JSON object",
            details=f"The result contains {answer.count} rows",
        )
    return answer
