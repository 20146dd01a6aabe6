"""From which network a request comes: enough to slow down whoever tries, too little to follow."""

from ipaddress import ip_address, ip_network

from starlette.types import Scope

from app.core.settings import settings

#: A home or a village shares so much of its address; IPv4 and IPv6.
_PREFIXES = {4: 24, 6: 64}


def source_of(scope: Scope) -> str:
    """The caller's network: by the last hop that is no proxy of ours, whatever the caller says."""
    client = scope.get("client")
    host: str = client[0] if client else ""
    for hop in reversed(_forwarded(scope)):
        if host not in settings().trusted_proxies:
            break
        host = hop
    return network_of(host)


def network_of(host: str) -> str:
    """`203.0.113.0/24` of `203.0.113.7`; what is no address is one network of its own."""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return str(ip_network((address, _PREFIXES[address.version]), strict=False))


def _forwarded(scope: Scope) -> list[str]:
    given = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for hop in b",".join(given).decode("latin-1").split(",") if hop.strip()]
