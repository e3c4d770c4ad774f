"""The demo's AI at work: it hears like an agent, and speaks only where the database lets it."""

import asyncio
import logging
from collections.abc import Callable, Collection
from uuid import uuid4

from chattui.gateway.errors import GatewayError
from chattui.gateway.paging import whole
from chattui.gateway.protocol import Gateway, Refused
from chattui.local.cast.assistant import Answer, answer, facts_of
from chattui.local.cast.script import Script
from chattui.model.events import ChannelJoined, GatewayEvent, PresenceSeen, RowPatched, RowsStored, TypingSeen
from chattui.model.intents import RequestHuman, SendMessage, SetMetadata, Typing
from chattui.model.records import Conversation, ConversationId, Message, MessageId, Row, Sender, Status, UserId

logger = logging.getLogger(__name__)

LISTENS = 3.8
"""Seconds without another line after which a customer's burst is taken to be over; the cast's are closer together."""
LETS_TYPE = 6.0
"""Seconds that somebody who is typing is given to send it."""
SECONDS_A_LETTER = 0.012
AGAIN = 2.0


class Bot:
    """Answers customers while the status is `ai`; the moment it is not, whatever it was about to say is dropped."""

    def __init__(
        self,
        gateway: Gateway,
        script: Script,
        rate: float,
        see: Callable[[Collection[UserId]], None] = lambda _: None,
    ) -> None:
        """`see` is told who is joined, whenever that changes."""
        self._gateway = gateway
        self._script = script
        self._rate = rate
        self._see = see
        self._thinking: dict[ConversationId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            async for event in self._gateway.events():
                await self._hear(event)
        finally:
            for task in self._thinking.values():
                task.cancel()

    async def _hear(self, event: GatewayEvent) -> None:
        match event:
            case ChannelJoined():
                await self._look_round()
            case PresenceSeen(agents):
                self._see(agents)
            case RowsStored(rows):
                for row in rows:
                    self._note(row)
            case TypingSeen(conversation_id=conversation_id, is_typing=True) if conversation_id in self._thinking:
                self._think(conversation_id, LETS_TYPE)
            case RowPatched(table=Conversation.TABLE, key=key, fields={"status": status}) if status != Status.AI:
                self._drop(ConversationId(key))
            case _:
                pass

    def _note(self, row: Row) -> None:
        match row:
            case Message(sender_type=Sender.CUSTOMER):
                self._think(row.conversation_id)
            case Conversation() if row.status is not Status.AI:
                self._drop(row.id)
            case _:
                pass

    async def _look_round(self) -> None:
        """Whoever wrote while nobody heard is answered now."""
        try:
            snapshot = await whole(self._gateway)
        except GatewayError as error:
            logger.warning("could not look round: %s", error)
            return
        for row in snapshot.event.rows:
            if isinstance(row, Conversation) and row.status is Status.AI:
                self._think(row.id)

    def _think(self, conversation_id: ConversationId, patience: float = LISTENS) -> None:
        self._drop(conversation_id)
        task = asyncio.create_task(self._reply(conversation_id, patience))
        self._thinking[conversation_id] = task
        task.add_done_callback(lambda done: self._thought(conversation_id, done))

    def _drop(self, conversation_id: ConversationId) -> None:
        if task := self._thinking.pop(conversation_id, None):
            task.cancel()

    def _thought(self, conversation_id: ConversationId, task: asyncio.Task[None]) -> None:
        if self._thinking.get(conversation_id) is task:
            del self._thinking[conversation_id]
        if not task.cancelled() and (error := task.exception()):
            logger.error("the AI lost its thread", exc_info=error)

    async def _reply(self, conversation_id: ConversationId, patience: float) -> None:
        await asyncio.sleep(patience / self._rate)
        while True:
            try:
                await self._speak(conversation_id)
            except GatewayError as error:
                logger.info("the AI tries again: %s", error)
                await asyncio.sleep(AGAIN)
            else:
                return

    async def _speak(self, conversation_id: ConversationId) -> None:
        rows = (await self._gateway.page(conversation_id)).rows
        if any(isinstance(row, Conversation) and row.id == conversation_id and row.status != Status.AI for row in rows):
            return
        messages = sorted(
            (row for row in rows if isinstance(row, Message) and row.conversation_id == conversation_id),
            key=lambda message: message.seq,
        )
        if said := answer(self._script, messages, facts_of(messages)):
            await self._say(conversation_id, said)

    async def _say(self, conversation_id: ConversationId, said: Answer) -> None:
        await self._gateway.say(Typing(conversation_id, is_typing=True))
        await asyncio.sleep(len(said.text) * SECONDS_A_LETTER / self._rate)
        stored = await self._gateway.submit(SendMessage(MessageId(str(uuid4())), conversation_id, said.text))
        if isinstance(stored, Refused):
            logger.info("the AI was stopped: %s", stored.sentence)
            return
        if said.intent:
            await self._gateway.submit(SetMetadata(conversation_id, summary=said.handoff, intent=said.intent))
        if said.handoff:
            await self._gateway.submit(RequestHuman(conversation_id, said.handoff))
