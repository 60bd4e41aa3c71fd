"""Which addresses an alert may be sent to: an address comes in, and why it may not be reached comes out.

Alerts go where people of a project say, and the server stands where those people do not: what they name could be a
database beside it, or the service of a cloud that hands out its keys. So all that is not public is refused, unless
whoever runs the server allowed its network. The tables are our own, since what `ipaddress` calls global changes with
Python's patches and takes in multicast, IPv4 inside IPv6, and more.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry
NOT_PUBLIC: dict[Network, str] = {
    ip_network(network): name
    for network, name in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a network behind a provider's NAT"),
        ("127.0.0.0/8", "this host"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a reserved network"),
        ("192.0.2.0/24", "a network of examples"),
        ("192.88.99.0/24", "a relay to IPv6"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a network of benchmarks"),
        ("198.51.100.0/24", "a network of examples"),
        ("203.0.113.0/24", "a network of examples"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved network"),
        ("::/128", "this host"),
        ("::1/128", "this host"),
        ("::ffff:0:0/96", "an IPv4 address inside IPv6"),
        ("64:ff9b::/96", "an IPv4 address inside IPv6"),
        ("2001::/23", "a reserved network"),
        ("2001:db8::/32", "a network of examples"),
        ("2002::/16", "an IPv4 address inside IPv6"),
        ("3fff::/20", "a network of examples"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "a multicast address"),
    )
}
PUBLIC_IPV6 = IPv6Network("2000::/3")
"""All that is given out of IPv6 so far."""

METADATA: frozenset[Address] = frozenset(
    ip_address(address)
    for address in (
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure
        "169.254.169.254",  # AWS, Azure, Google, Oracle, DigitalOcean
        "169.254.170.2",  # AWS ECS
        "169.254.170.23",  # AWS EKS
        "192.0.0.192",  # Oracle
        "fd00:ec2::23",  # AWS EKS
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google
    )
)
"""Where clouds hand out keys to whoever asks from inside: never allowed."""


def find_obstacle(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """What the address is that nothing may be sent to; None of one that may be reached.

    >>> find_obstacle(ip_address("10.1.2.3"))
    'a private network'
    >>> find_obstacle(ip_address("10.1.2.3"), [ip_network("10.1.0.0/16")])
    >>> find_obstacle(ip_address("1.1.1.1"))
    """
    if carry_ipv4(address) in METADATA or address in METADATA:
        return "a metadata service"
    if is_within(address, allowed):
        return None
    names = (name for network, name in NOT_PUBLIC.items() if address in network)
    return next(names, None if is_given_out(address) else "a reserved network")


def is_given_out(address: Address) -> bool:
    return address.version == 4 or address in PUBLIC_IPV6


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def carry_ipv4(address: Address) -> Address | None:
    """The IPv4 address that an IPv6 one stands for: `::ffff:1.2.3.4`, or `64:ff9b::1.2.3.4` through a NAT."""
    if isinstance(address, IPv4Address):
        return None
    if address in IPv6Network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks that are allowed, as a setting names them. Raises ValueError.

    >>> read_networks("10.0.0.0/8, fd12::1")
    (IPv4Network('10.0.0.0/8'), IPv6Network('fd12::1/128'))
    """
    try:
        return tuple(ip_network(part) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise ValueError(
            f"{error}: name networks such as 10.0.0.0/8 or single addresses, with commas between"
        ) from None
