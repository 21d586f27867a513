"""Requests to web servers and S3 stores, through the user's proxy if it can be used."""

import requests

from snapshard.errors import BadSource
from snapshard.proxies import proxy_of
from snapshard_populate.reading.s3 import http_address


def get(
    url: str,
    *,
    headers: dict[str, str] | None = None,
    stream: bool = False,
    timeout: float | tuple[float, float],
) -> requests.Response:
    """The response to a GET. Raises BadSource for an address that cannot be requested at all, and
    requests' own errors for what another attempt may mend.
    """
    try:
        address = http_address(url)
        proxy = proxy_of(address, socks_package="socks") or ""
        # Empty, not absent: then requests does not read the variables itself.
        proxies = {"http": proxy, "https": proxy}
        return requests.get(
            address, headers=headers, proxies=proxies, stream=stream, timeout=timeout
        )
    except ValueError as exc:
        # requests' errors about addresses are ValueErrors too.
        raise BadSource(url, f"expected an address that can be requested: {exc}") from exc
