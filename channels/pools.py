"""Connections to a provider: kept, bounded in number and time, and by way of the proxy if any."""

import requests
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy

TIMEOUT = 5.0  # seconds, to connect and again between two reads
LARGEST_ANSWER = 256 * 1024
MOST_AT_ONCE = 64  # connections kept: as many as a drain has messages in flight


def connections(url: str, *, is_direct: bool, seconds: float = TIMEOUT) -> urllib3.PoolManager:
    """Return pools of kept connections, by way of the environment's proxy unless ``is_direct``."""
    limits = urllib3.Timeout(connect=seconds, read=seconds)
    with requests.Session() as session:
        session.trust_env = not is_direct  # a twin is never behind a proxy
        around = session.merge_environment_settings(url, {}, None, None, None)
    authorities = around["verify"] if isinstance(around["verify"], str) else DEFAULT_CA_BUNDLE_PATH
    proxy = select_proxy(url, around["proxies"])
    if proxy:
        return urllib3.ProxyManager(
            proxy, maxsize=MOST_AT_ONCE, timeout=limits, retries=False, ca_certs=authorities
        )
    return urllib3.PoolManager(
        maxsize=MOST_AT_ONCE, timeout=limits, retries=False, ca_certs=authorities
    )
