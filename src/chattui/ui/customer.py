"""The customer's side of one thread: what a person who asks for help would see on a web page."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import ClassVar
from uuid import uuid4

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from chattui.gateway.errors import Declined, GatewayError, Unreachable
from chattui.gateway.protocol import AgentTyping, CustomerEvent, CustomerGateway, Standing
from chattui.model.events import ChannelLost
from chattui.model.records import Message, MessageId, Sender, Status
from chattui.text.inert import inert, inert_line
from chattui.ui.themes import THEMES, defaults
from chattui.ui.widgets.composer import Composer
from chattui.ui.widgets.foreign import Lines, Words

TYPING_EVERY = 2.0
"""Seconds between two signals while keys are pressed."""
TYPING_SHOWN = 5.0
"""Seconds for which the other side counts as writing after its last signal."""
AGAIN = 2.0
"""Seconds until a read mark that did not go is given again."""


def told(standing: Standing) -> str:
    """Who a customer is talking to, in words."""
    match standing.status:
        case Status.WAITING:
            return "An agent will be with you soon."
        case Status.ACTIVE:
            return f"You are talking to {inert_line(standing.agent or 'an agent')}."
        case Status.CLOSED:
            return "This conversation is closed. Write to open it again."
        case _:
            return "You are talking to our assistant."


class Said(Static):
    """One message of the thread."""

    def __init__(self, message: Message, name: str) -> None:
        mine = message.sender_type is Sender.CUSTOMER
        who = {Sender.CUSTOMER: name, Sender.AI: "Assistant", Sender.AGENT: "Agent"}.get(message.sender_type, "")
        at = f"{message.created_at.astimezone():%H:%M}"
        super().__init__(Words(inert(f"{who}  {at}\n{message.body}")), classes="mine" if mine else "theirs")


class CustomerApp(App[None]):
    """`opened` is awaited after the first paint; its errors become a sentence on the screen."""

    TITLE = "customer"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "leave", priority=True)]
    CSS = """
    #standing, #typing { height: 1; padding: 0 1; color: $muted; }
    #standing { background: $panel; color: $foreground; }
    #thread { padding: 0 1; scrollbar-size-vertical: 1; }
    Said { margin: 1 0 0 0; padding: 0 1; border-left: outer $line; }
    Said.mine { margin-left: 12; border-left: outer $accent; }
    """
    failure = ""
    """Why it could not open or go on; printed again after the end."""

    def __init__(self, opened: Callable[[], Awaitable[CustomerGateway]], name: str) -> None:
        super().__init__()
        self._opened, self._customer = opened, inert_line(name)
        self._gateway: CustomerGateway | None = None
        self._seen: set[MessageId] = set()
        self._read_to = self._marked = 0
        """The last message in sight, and the one that the server knows as read."""
        self._standing = ""
        """Who I am talking to, or why that can not be known."""
        self._trouble = ""
        """Why something of mine did not go; stands until the next words."""
        self._signalled = 0.0
        self._typing_until = 0.0
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Names of ours that a theme of Textual does not know."""
        return defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        """Standing, thread, who is writing, composer."""
        yield Static("Connecting…", id="standing")
        yield VerticalScroll(id="thread", can_focus=False)
        yield Static("", id="typing")
        yield Composer()

    def on_mount(self) -> None:
        """The network comes after the first paint."""
        composer = self.query_one(Composer)
        composer.explain(self._customer, "Enter sends · Ctrl+J new line · Ctrl+Q leaves", barred=False)
        composer.focus()
        self.call_after_refresh(self.run_worker, self._run(), exit_on_error=False)
        self.set_interval(0.5, self._fade)

    async def _run(self) -> None:
        try:
            gateway = self._gateway = await self._opened()
            self._say(told(await gateway.start(self._customer)))
            for message in await gateway.messages():
                await self._show(message)
            async for event in gateway.events():
                await self._hear(event)
        except GatewayError as error:
            self.failure = inert_line(str(error))
            self.exit(return_code=1)

    async def _hear(self, event: CustomerEvent) -> None:
        match event:
            case Standing():
                self._say(told(event))
            case ChannelLost(reason):
                self._say(reason)
            case AgentTyping(is_typing):
                self._typing_until = monotonic() + TYPING_SHOWN if is_typing else 0.0
                self._fade()
            case _:
                await self._show(event)

    def _say(self, words: str) -> None:
        self._standing = words
        self._draw_standing()

    def _draw_standing(self) -> None:
        self.query_one("#standing", Static).update(Lines(Text(inert_line(self._trouble or self._standing))))

    def _fade(self) -> None:
        writing = monotonic() < self._typing_until
        self.query_one("#typing", Static).update("writing…" if writing else "")

    async def _show(self, message: Message) -> None:
        """At the end, once; what is shown counts as read."""
        if message.id in self._seen:
            return
        self._seen.add(message.id)
        if message.sender_type is not Sender.CUSTOMER:
            self._typing_until = 0.0
            self._fade()
        thread = self.query_one("#thread", VerticalScroll)
        await thread.mount(Said(message, self._customer))
        thread.scroll_end(animate=False)
        if self._gateway is not None and message.sender_type is not Sender.CUSTOMER:
            self._read_to = message.seq
            self.run_worker(self._read(self._gateway), group="read", exclusive=True, exit_on_error=False)

    async def _read(self, gateway: CustomerGateway) -> None:
        """Until the server knows what was in sight."""
        while (seq := self._read_to) > self._marked:
            try:
                await gateway.mark_read(seq)
            except (Unreachable, Declined):
                await asyncio.sleep(AGAIN)
            else:
                self._marked = max(self._marked, seq)

    def on_composer_edited(self, event: Composer.Edited) -> None:
        """A key: the other side sees that I write."""
        now = monotonic()
        if self._gateway is not None and event.text and now - self._signalled >= TYPING_EVERY:
            self._signalled = now
            self.run_worker(self._gateway.typing(is_typing=True), exit_on_error=False)

    def _stop_typing(self, gateway: CustomerGateway) -> None:
        """What is written next is a new sign, however soon it comes."""
        self._signalled = float("-inf")
        self.run_worker(gateway.typing(is_typing=False), exit_on_error=False)

    async def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """Send; the words stay in the composer until the server has them."""
        gateway, words = self._gateway, event.text.strip()
        if gateway is None or not words:
            return
        composer = self.query_one(Composer)
        composer.leave(event.text)
        self._stop_typing(gateway)
        try:
            await self._show(await gateway.send(MessageId(str(uuid4())), words))
            self._trouble = ""
        except GatewayError as error:
            composer.put(f"{words}\n{composer.text}".strip())
            self._trouble = str(error)
        self._draw_standing()

    async def action_quit(self) -> None:
        """Leave; the conversation stays."""
        if self._gateway is not None:
            await self._gateway.close()
        self.exit()
