"""What the other side is told of somebody's typing, and when."""

import asyncio
import inspect

import pytest

from chattui.gateway.errors import Unreachable
from chattui.gateway.supabase import signs
from chattui.gateway.supabase.signs import Signs


async def test_words_wait_for_the_sign_that_is_on_its_way() -> None:
    one, answered, done = Signs(), asyncio.Event(), []

    async def words() -> None:
        await one.settled()
        done.append("words")

    async def sign() -> None:
        await answered.wait()
        done.append("sign")

    work = asyncio.gather(one.send(sign()), words())
    await asyncio.sleep(0)
    assert done == []
    answered.set()
    await work
    assert done == ["sign", "words"]


async def test_words_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "PATIENCE", 0.01)
    one, never = Signs(), asyncio.Event()
    sending = asyncio.create_task(one.send(never.wait()))
    await asyncio.sleep(0)
    await asyncio.wait_for(one.settled(), 5)
    assert not sending.done()
    sending.cancel()


async def test_a_sign_that_could_not_be_given_is_of_no_interest() -> None:
    async def lost() -> None:
        raise Unreachable("nobody answers")

    await Signs().send(lost())


async def test_a_sign_whose_turn_never_came_is_let_go() -> None:
    one, never = Signs(), asyncio.Event()
    waiting = never.wait()
    first, second = (asyncio.create_task(one.send(sign)) for sign in (never.wait(), waiting))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert inspect.getcoroutinestate(waiting) == inspect.CORO_CLOSED
    first.cancel()
