"""The proxy of a request, from the variables that shells set: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and
NO_PROXY, in capitals or small letters.

The variables are often wrong or meant for other programs. A proxy that cannot be used is passed over
and named in the log; an entry of NO_PROXY that is neither a host, a domain nor a network matches
nothing. Requests to this machine use no proxy.
"""

import logging
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

_log = logging.getLogger(__name__)


def proxy_of(url: str, *, socks_package: str) -> str | None:
    """The address of the proxy for requests of a URL; None for a direct connection.

    `socks_package` is the module that the caller's HTTP library needs for a SOCKS proxy.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_this_machine(host) or _is_excluded(host):
        return None
    proxies = getproxies_environment()
    for scheme in (parts.scheme, "all"):
        proxy = proxies.get(scheme)
        if proxy:
            proxy = proxy if "://" in proxy else f"http://{proxy}"
            reason = _defect(proxy, socks_package)
            if not reason:
                return proxy
            variable = f"{scheme.upper()}_PROXY"
            _log.warning("the proxy in %s is not used: %s", variable, reason)
    return None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_excluded(host: str) -> bool:
    """Whether NO_PROXY lists the host: by its name, a domain that it is in, a network, or as `*`."""
    entries = getproxies_environment().get("no", "").lower().split(",")
    return any(_matches(host, entry.strip()) for entry in entries)


def _matches(host: str, entry: str) -> bool:
    name = entry.removeprefix("*").removeprefix(".").partition(":")[0]
    if entry == "*" or (name and f".{host}".endswith(f".{name}")):
        return True
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def _defect(proxy: str, socks_package: str) -> str:
    """Why a proxy cannot be used; empty if nothing speaks against it. The address is not quoted,
    because it may contain a password.
    """
    try:
        parts = urlsplit(proxy)
        parts.port  # noqa: B018 - raises ValueError for one that is no number or too large
    except ValueError as exc:
        return str(exc)
    if parts.scheme not in ("http", "https", "socks5", "socks5h"):
        return f"expected http, https, socks5 or socks5h, got {parts.scheme!r}"
    if not parts.hostname:
        return "expected an address such as http://proxy.example.org:3128"
    if parts.scheme.startswith("socks") and find_spec(socks_package) is None:
        return f"{parts.scheme} needs the package {socks_package}"
    return ""
