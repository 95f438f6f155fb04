"""The proxy of the environment, which discord.py has to be told of."""

from urllib.request import getproxies, proxy_bypass

HOST = "discord.com"


def proxy() -> str | None:
    """The address of the proxy for Discord; None where there is none, or NO_PROXY names Discord.

    It is read as everywhere: HTTPS_PROXY or ALL_PROXY, in small letters as well.
    """
    if proxy_bypass(HOST):
        return None
    proxies = getproxies()
    return proxies.get("https") or proxies.get("all")
