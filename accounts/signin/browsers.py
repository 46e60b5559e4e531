"""Words for where a session is used: the kind of browser, and a range of addresses. No more is
kept than a person needs to tell their own sessions apart.
"""

from __future__ import annotations

import ipaddress

# In this order: later names stand in the texts of earlier ones ("Chrome" says "Safari" too).
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """ "Firefox on Windows", as far as the browser says so of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def network_of(address: str | None) -> str:
    """The range an address lies in: the first three parts of an IPv4 address, the first three
    groups of an IPv6 one. An address of the server itself is said in words. Nothing for no address.
    """
    if not address:
        return ""
    given = ipaddress.ip_address(address)
    mapped = getattr(given, "ipv4_mapped", None)
    given = mapped or given
    if given.is_loopback:
        return "this computer"
    return str(ipaddress.ip_network((given, 24 if given.version == 4 else 48), strict=False))
