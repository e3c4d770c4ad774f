"""Points in time and stretches of it, in few letters. Times are aware; `zone` None means the machine's own."""

from datetime import date, datetime, time, timedelta, tzinfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def ago(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """When something was, in at most six letters: `now`, `2m`, `3h`, `Tue`, `12 Nov`, `2024`."""
    passed = now - at
    if passed < timedelta(days=1):
        return "now" if passed < timedelta(minutes=1) else _short(passed)
    local, today = at.astimezone(zone), now.astimezone(zone)
    if (today.date() - local.date()).days < len(DAYS):
        return DAYS[local.weekday()][:3]
    if passed < timedelta(days=335):
        return f"{local.day} {MONTHS[local.month - 1][:3]}"
    return str(local.year)


def lasted(since: datetime, now: datetime) -> str:
    """How long something has been going on: `<1m`, `2m`, `3h`, `4d`."""
    passed = now - since
    return "<1m" if passed < timedelta(minutes=1) else _short(passed)


def _short(passed: timedelta) -> str:
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)}m"
    return f"{passed // timedelta(hours=1)}h" if passed < timedelta(days=1) else f"{passed.days}d"


def stopwatch(since: datetime, now: datetime) -> str:
    """To the second: `0:42`, `12:05`, `1:02:03`."""
    minutes, seconds = divmod(max(0, int((now - since).total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def clock(at: datetime, zone: tzinfo | None = None) -> str:
    """The time of day: `14:02`."""
    local = at.astimezone(zone)
    return f"{local.hour:02}:{local.minute:02}"


def until(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """When something will be: `14:02` today, `Mon 09:00` within a week, `12 Dec` later."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if days == 0:
        return clock(at, zone)
    if 0 < days < len(DAYS):
        return f"{DAYS[local.weekday()][:3]} {clock(at, zone)}"
    return f"{local.day} {MONTHS[local.month - 1][:3]}"


def morning(of: date, zone: tzinfo | None = None) -> datetime:
    """Nine o'clock of a day."""
    nine = datetime.combine(of, time(9))
    return nine.replace(tzinfo=zone) if zone else nine.astimezone()


def day(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """A day in words: `Thursday 20 November`, with the year where it is another."""
    local = at.astimezone(zone)
    words = f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"
    return words if local.year == now.astimezone(zone).year else f"{words} {local.year}"
